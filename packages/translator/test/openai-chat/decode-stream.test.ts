import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong } from "@pensieve/errors"
import type { GenerationEvent } from "@pensieve/models"
import { decodeChunks, decodePieces, delta, done, fragment, plainOptions, streamOf } from "./decode-events.ts"

const role = delta({ role: "assistant", content: "" })
const stop = delta({}, "stop")
const called = delta({}, "tool_calls")
const finished = (reason: string) => ({ type: "finished", reason })
const text = (words: string) => ({ type: "text-delta", text: words })
const call = (id: string, name: string, input: object) => ({ type: "tool-call", id, name, input })

const failure = (events: ReadonlyArray<GenerationEvent>): string => {
  const last = events.at(-1)
  return last?.type === "failed" ? last.error.message : ""
}

const check = (events: ReadonlyArray<GenerationEvent>, ...expected: ReadonlyArray<object>) =>
  assert.deepStrictEqual<ReadonlyArray<object>>(events, expected)

describe("a stream", () => {
  it("of words and thinking, under either name", () => {
    for (const field of ["reasoning_content", "reasoning"]) {
      check(
        decodeChunks(role, delta({ [field]: "hm" }), delta({ content: "Hi" }), stop, done),
        { type: "reasoning-delta", text: "hm" },
        { type: "reasoning-end" },
        text("Hi"),
        finished("end-turn")
      )
    }
  })

  it("that sends thinking under both names says it once", () => {
    check(
      decodeChunks(delta({ reasoning_content: "hm", reasoning: "hm" }), stop),
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-end" },
      finished("end-turn")
    )
  })

  it("whose content is parts is read", () => {
    const parts = [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }, { type: "text", text: "Hi" }]
    check(
      decodeChunks(delta({ content: parts }), stop),
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-end" },
      text("Hi"),
      finished("end-turn")
    )
  })

  it("with thinking between tags in its words is split, when told so", () => {
    const chunks = streamOf(delta({ content: "<thi" }), delta({ content: "nk>hm</think>\n\nHi" }), stop)
    check(
      decodePieces([chunks], { ...plainOptions, think: "tagged" }),
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-end" },
      text("Hi"),
      finished("end-turn")
    )
    check(decodePieces([chunks]), text("<thi"), text("nk>hm</think>\n\nHi"), finished("end-turn"))
  })

  it("keeps separators some readers take for line ends", () => {
    check(decodeChunks(delta({ content: "\n\u2028\u2029\u0085" }), stop), text("\n\u2028\u2029\u0085"), finished("end-turn"))
  })
})

describe("calls", () => {
  const begin = (index: number, id: string, name: string) => fragment({ index, id, type: "function", function: { name, arguments: "" } })
  const more = (index: number, json: string) => fragment({ index, function: { arguments: json } })

  it("that come interleaved are put together each for itself", () => {
    check(
      decodeChunks(begin(0, "a", "read"), begin(1, "b", "ls"), more(0, '{"p"'), more(1, '{"q"'), more(0, ":1}"), more(1, ":2}"), called, done),
      call("a", "read", { p: 1 }),
      call("b", "ls", { q: 2 }),
      finished("tool-use")
    )
  })

  it("two of them in one chunk, whole, are two", () => {
    const both = ["a", "b"].map((id, index) => ({ index, id, function: { name: "ls", arguments: `{"n":${index}}` } }))
    check(decodeChunks(delta({ tool_calls: both }), called), call("a", "ls", { n: 0 }), call("b", "ls", { n: 1 }), finished("tool-use"))
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
    check(decodePieces([stream]), call("call_0", "ls", {}), call("call_0_2", "ls", {}), finished("tool-use"))
    check(
      decodePieces([stream], { ...plainOptions, callIds: ["call_0"] }),
      call("call_0_2", "ls", {}),
      call("call_0_3", "ls", {}),
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
      decodeChunks(delta({ function_call: { name: "ls", arguments: "" } }), delta({ function_call: { arguments: "{}" } }), delta({}, "function_call")),
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
    assert.include(failure(decodeChunks(fragment({ index: 0, id: "a", function: { arguments: "{}" } }), called)), "naming")
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

describe("the end", () => {
  it("needs no [DONE] and takes nothing behind it", () => {
    check(decodeChunks(delta({ content: "a" }), stop), text("a"), finished("end-turn"))
    check(decodeChunks(delta({ content: "a" }), stop, done, delta({ content: "b" })), text("a"), finished("end-turn"))
  })

  it("needs no last blank line, and forgives a cut behind the reason", () => {
    check(decodePieces([`${streamOf(delta({ content: "a" }), stop)}data: [DONE]`]), text("a"), finished("end-turn"))
    check(decodePieces([streamOf(stop).trimEnd()]), finished("end-turn"))
    check(decodePieces([`${streamOf(stop)}data: {"usage":{"pro`]), finished("end-turn"))
  })

  it("without a reason is a failure, with [DONE] and without", () => {
    for (const end of ["", done]) {
      const events = decodeChunks(delta({ content: "half" }), end)
      check(events.slice(0, -1), text("half"))
      assert.include(failure(events), "before the answer was complete")
    }
    assert.include(failure(decodePieces([])), "before the answer was complete")
    assert.include(failure(decodePieces([`${streamOf(delta({ content: "a" }))}data: {"choi`])), "no JSON")
  })

  it.each([
    ["length", "max-tokens"],
    ["content_filter", "refusal"],
    ["eos_token", "end-turn"],
    ["tool_calls", "end-turn"]
  ])("for %s is %s", (wire, reason) => {
    check(decodeChunks(delta({ content: "a" }), delta({}, wire)), text("a"), finished(reason))
  })

  it.each(["error", "abort"])("for %s is a failure", (wire) => {
    assert.include(failure(decodeChunks(delta({}, wire), done)), "before the answer was complete")
  })

  it.each(["stop_reason", "matched_stop"])("says which stop sequence matched: %s", (field) => {
    const choice = (value: string | number) => ({ choices: [{ index: 0, delta: {}, finish_reason: "stop", [field]: value }] })
    check(decodeChunks(choice("</block>")), { ...finished("stop-sequence"), stopSequence: "</block>" })
    check(decodeChunks(choice(151645)), finished("end-turn"))
  })

  it("tells the tokens from whatever chunk has them, the last one last", () => {
    const usage = (prompt_tokens: number, cached_tokens: number) => ({
      prompt_tokens,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens },
      completion_tokens_details: { reasoning_tokens: 2 }
    })
    const told = {
      type: "usage",
      usage: { inputTokens: 6, cacheReadTokens: 4, cacheCreationTokens: 0, outputTokens: 5, reasoningTokens: 2 }
    }
    check(decodeChunks(stop, { choices: [], usage: usage(10, 4) }, done), told, finished("end-turn"))
    const first = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: usage(9, 0) }
    check(decodeChunks(first, { choices: [], usage: usage(10, 4) }), told, finished("end-turn"))
    check(decodeChunks(stop, { x_groq: { usage: usage(10, 4) } }), told, finished("end-turn"))
    const hits = { prompt_tokens: 10, prompt_cache_hit_tokens: 4, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 2 } }
    check(decodeChunks(stop, { choices: [], usage: hits }), told, finished("end-turn"))
  })
})

describe("what is no stream", () => {
  const completion = {
    choices: [{ index: 0, message: { role: "assistant", content: "Hi", tool_calls: [{ id: "a", function: { name: "ls", arguments: "{}" } }] }, finish_reason: "stop" }]
  }

  it("but one JSON body is read all the same", () => {
    check(decodePieces(["\n ", JSON.stringify(completion)]), text("Hi"), call("a", "ls", {}), finished("tool-use"))
  })

  it("but a page says so without its tags", () => {
    const events = decodePieces(["<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>"])
    assert.strictEqual(failure(events), "The upstream failed: 502 Bad Gateway")
  })

  it("but an error in JSON is that error", () => {
    const events = decodePieces([JSON.stringify({ error: { message: "no such thing", code: 400 } })])
    assert.strictEqual(failure(events), "The upstream refused the request: no such thing")
  })

  it("but other JSON is no completion", () => {
    assert.include(failure(decodePieces(["[1]"])), "no completion")
    assert.include(failure(decodePieces(["{}"])), "no completion")
  })
})

describe("an error inside a stream", () => {
  it.each([
    [{ error: { message: "it died", type: "server_error" } }],
    [{ error: "it died" }],
    [{ object: "error", message: "it died", code: 500 }],
    [{ choices: [{ index: 0, delta: {}, finish_reason: "error", error: { message: "it died" } }] }],
    ['event: error\ndata: {"error":{"message":"it died"}}\n\n'],
    ["event: error\ndata: it died\n\n"]
  ])("fails the answer with its words: %j", (chunk) => {
    const events = decodeChunks(delta({ content: "half" }), chunk, delta({ content: "more" }), done)
    check(events.slice(0, 1), text("half"))
    assert.strictEqual(events.length, 2)
    const last = events[1]
    assert.instanceOf(last?.type === "failed" ? last.error : undefined, BackendFailed)
    assert.strictEqual(failure(events), "The upstream failed: it died")
  })

  it("keeps stack traces to itself", () => {
    const message = "Cannot read properties of undefined\n    at handler (/opt/gateway/dist/cli.js:12:3)\n    at run (node:x:1:1)"
    assert.strictEqual(failure(decodeChunks({ error: { message } })), "The upstream failed: Cannot read properties of undefined")
  })

  it("that tells of too long a prompt makes clients compact", () => {
    const message = "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it"
    const last = decodeChunks({ error: { message, code: 400 } }).at(-1)
    assert.deepStrictEqual(last, { type: "failed", error: new PromptTooLong({ promptTokens: 40000, window: 32768 }) })
  })

  it("that is no JSON is one", () => {
    assert.include(failure(decodeChunks("data: oops\n\n")), "no JSON")
  })
})

describe("sloppy framing", () => {
  it("without blank lines between chunks is read line by line", () => {
    check(decodePieces([streamOf(delta({ content: "a" }), stop).replaceAll("\n\n", "\n"), "\n"]), text("a"), finished("end-turn"))
  })

  it("with chunks that say nothing is read", () => {
    check(decodeChunks(": hi\n\n", "data:\n\n", { prompt_filter_results: [] }, { choices: [] }, role, stop), finished("end-turn"))
  })

  it("with a whole message behind the deltas does not say it twice", () => {
    const last = { choices: [{ index: 0, message: { content: "Hi" }, finish_reason: "stop" }] }
    check(decodeChunks(delta({ content: "Hi" }), last), text("Hi"), finished("end-turn"))
    check(decodeChunks(last), text("Hi"), finished("end-turn"))
  })
})
