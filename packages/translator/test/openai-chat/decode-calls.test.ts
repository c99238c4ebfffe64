import { assert, describe, it } from "@effect/vitest"
import { call, check, failure, finished } from "../answer-events.ts"
import { decodeChunks, decodePieces, delta, done, fragment, plainOptions, stop, streamOf } from "./decode-events.ts"

const called = delta({}, "tool_calls")

describe("calls", () => {
  const begin = (index: number, id: string, name: string) =>
    fragment({ index, id, type: "function", function: { name, arguments: "" } })
  const more = (index: number, json: string) => fragment({ index, function: { arguments: json } })

  it("that come interleaved are put together each for itself", () => {
    check(
      decodeChunks(
        begin(0, "a", "read"),
        begin(1, "b", "ls"),
        more(0, '{"p"'),
        more(1, '{"q"'),
        more(0, ":1}"),
        more(1, ":2}"),
        called,
        done
      ),
      call("a", "read", { p: 1 }),
      call("b", "ls", { q: 2 }),
      finished("tool-use")
    )
  })

  it("two of them in one chunk, whole, are two", () => {
    const both = ["a", "b"].map((id, index) => ({ index, id, function: { name: "ls", arguments: `{"n":${index}}` } }))
    check(
      decodeChunks(delta({ tool_calls: both }), called),
      call("a", "ls", { n: 0 }),
      call("b", "ls", { n: 1 }),
      finished("tool-use")
    )
  })

  it("without index are told apart by id", () => {
    check(
      decodeChunks(
        fragment({ id: "a", function: { name: "ls", arguments: '{"n":' } }),
        fragment({ id: "b", function: { name: "ls", arguments: "{}" } }),
        fragment({ id: "a", function: { arguments: "0}" } }),
        stop
      ),
      call("a", "ls", { n: 0 }),
      call("b", "ls", {}),
      finished("tool-use")
    )
  })

  it("without index and id are told apart by their names and whole arguments", () => {
    check(
      decodeChunks(
        fragment({ function: { name: "ls", arguments: '{"n":0}' } }),
        fragment({ function: { name: "ls", arguments: '{"n":1}' } }),
        fragment({ function: { name: "cat", arguments: '{"n"' } }),
        fragment({ function: { arguments: ":2}" } }),
        stop
      ),
      call("call_0", "ls", { n: 0 }),
      call("call_1", "ls", { n: 1 }),
      call("call_2", "cat", { n: 2 }),
      finished("tool-use")
    )
  })

  it("that all have index 0 are told apart by id, also interleaved", () => {
    const piece = (id: string, json: string) => fragment({ index: 0, id, function: { name: "ls", arguments: json } })
    check(
      decodeChunks(piece("a", '{"n":'), piece("b", '{"n":'), piece("a", "0}"), piece("b", "1}"), called),
      call("a", "ls", { n: 0 }),
      call("b", "ls", { n: 1 }),
      finished("tool-use")
    )
  })

  it("with an id used twice get ids of their own, also across turns", () => {
    const stream = streamOf(begin(0, "call_0", "ls"), more(0, "{}"), begin(1, "call_0", "ls"), more(1, "{}"), called)
    check(decodePieces([stream]), call("call_0", "ls", {}), call("call_0-2", "ls", {}), finished("tool-use"))
    check(
      decodePieces([stream], { ...plainOptions, callIds: ["call_0"] }),
      call("call_0-2", "ls", {}),
      call("call_0-3", "ls", {}),
      finished("tool-use")
    )
  })

  it("keep their name when later fragments repeat it or leave it empty", () => {
    check(
      decodeChunks(
        begin(0, "a", "ls"),
        fragment({ index: 0, id: "", function: { name: "", arguments: '{"n"' } }),
        fragment({ index: 0, id: "a", function: { name: "ls", arguments: ":1}" } }),
        called
      ),
      call("a", "ls", { n: 1 }),
      finished("tool-use")
    )
  })

  it("sent whole a second time are one", () => {
    const whole = fragment({ index: 0, id: "a", function: { name: "ls", arguments: '{"n":1}' } })
    check(decodeChunks(whole, whole, called), call("a", "ls", { n: 1 }), finished("tool-use"))
  })

  it("with finish_reason stop are calls all the same", () => {
    check(decodeChunks(begin(0, "a", "ls"), stop, done), call("a", "ls", {}), finished("tool-use"))
  })

  it("with arguments as an object, or encoded twice, are read", () => {
    check(
      decodeChunks(
        fragment({ index: 0, id: "a", function: { name: "ls", arguments: { n: 1 } } }),
        fragment({ index: 1, id: "b", function: { name: "ls", arguments: JSON.stringify('{"n":2}') } }),
        stop
      ),
      call("a", "ls", { n: 1 }),
      call("b", "ls", { n: 2 }),
      finished("tool-use")
    )
  })

  it("of the older form are calls", () => {
    check(
      decodeChunks(
        delta({ function_call: { name: "ls", arguments: "" } }),
        delta({ function_call: { arguments: "{}" } }),
        delta({}, "function_call")
      ),
      call("call_0", "ls", {}),
      finished("tool-use")
    )
  })

  it("cut off by length are never finished; whole ones before them are", () => {
    const cut = delta({}, "length")
    check(decodeChunks(begin(0, "a", "rm"), more(0, '{"path":"build/tm'), cut, done), finished("max-tokens"))
    check(decodeChunks(begin(0, "a", "rm"), cut, done), finished("max-tokens"))
    check(
      decodeChunks(begin(0, "a", "ls"), more(0, '{"n":1}'), begin(1, "b", "rm"), more(1, '{"pa'), cut),
      call("a", "ls", { n: 1 }),
      finished("max-tokens")
    )
  })

  it("with arguments that are no object fail the answer, unless they can be repaired", () => {
    const stream = streamOf(begin(0, "a", "ls"), more(0, "{n: 1}"), called)
    assert.include(failure(decodePieces([stream])), '"ls"')
    check(
      decodePieces([stream], { ...plainOptions, repairArguments: (name, json) => ({ name, json }) }),
      call("a", "ls", { name: "ls", json: "{n: 1}" }),
      finished("tool-use")
    )
  })

  it("without any name fail the answer", () => {
    assert.include(
      failure(decodeChunks(fragment({ index: 0, id: "a", function: { arguments: "{}" } }), called)),
      "naming"
    )
  })

  it("get their own names back", () => {
    const toolNames = new Map([["short", "mcp__a.very.long/name"]])
    check(
      decodePieces([streamOf(begin(0, "a", "short"), called)], { ...plainOptions, toolNames }),
      call("a", "mcp__a.very.long/name", {}),
      finished("tool-use")
    )
  })
})
