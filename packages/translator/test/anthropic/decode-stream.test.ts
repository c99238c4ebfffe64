import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, Overloaded, PromptTooLong } from "@pensieve/errors"
import type { Json } from "@pensieve/models"
import { call, check, failure, finished, text } from "../answer-events.ts"
import {
  block,
  callBlock,
  decodePieces,
  decodeWire,
  plainOptions,
  start,
  started,
  stop,
  streamOf,
  textBlock,
  usage
} from "./decode-events.ts"

/** What an answer says between the counts of its prompt and its last tokens. */
const checkSaid = (wire: ReadonlyArray<Json>, end: string, said: ReadonlyArray<object>, reason: object): void =>
  check(decodeWire(start, ...wire, ...stop(end)), ...started, ...said, usage, reason)

describe("a stream", () => {
  it("of words", () => {
    checkSaid(textBlock(0, "Hi \u2028"), "end_turn", [text("Hi \u2028")], finished("end-turn"))
  })

  it("of thinking, with the signature that its service needs back", () => {
    const thinking = block(
      0,
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: "hm", estimated_tokens: null },
      { type: "signature_delta", signature: "EqQB" }
    )
    const said = [{ type: "reasoning-delta", text: "hm" }, { type: "reasoning-end", signature: "EqQB" }, text("Hi")]
    checkSaid([...thinking, ...textBlock(1, "Hi")], "end_turn", said, finished("end-turn"))
  })

  it("of thinking that is hidden keeps its signature, or all of it", () => {
    const hidden = block(0, { type: "thinking", thinking: "" }, { type: "signature_delta", signature: "EqQB" })
    const redacted = block(1, { type: "redacted_thinking", data: "EmwK" })
    const said = [
      { type: "reasoning-end", signature: "EqQB" },
      { type: "redacted-reasoning", data: "EmwK" }
    ]
    checkSaid([...hidden, ...redacted], "end_turn", said, finished("end-turn"))
  })

  it("of a ping is a sign of life", () => {
    checkSaid([{ type: "ping" }], "end_turn", [{ type: "heartbeat" }], finished("end-turn"))
  })

  it("of events, blocks and deltas that are not known says nothing of them", () => {
    const wire: ReadonlyArray<Json> = [
      { type: "from_the_future", index: 0 },
      ...block(0, { type: "container_upload", file_id: "f" }, { type: "new_delta", anything: 1 }),
      ...block(
        1,
        { type: "text", text: "" },
        { type: "citations_delta", citation: {} },
        { type: "text_delta", text: "a" }
      ),
      ": comment\n\n",
      "data: [DONE]\n\n"
    ]
    checkSaid(wire, "end_turn", [text("a")], finished("end-turn"))
  })

  it("of a search that the service made itself, and what it gave", () => {
    const search = block(
      0,
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} },
      { type: "input_json_delta", partial_json: '{"query":' },
      { type: "input_json_delta", partial_json: '"q"}' }
    )
    const result = block(1, { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [{ url: "u" }] })
    const said = [
      { type: "server-tool-call", id: "srvtoolu_1", name: "web_search", input: { query: "q" } },
      { type: "server-tool-result", callId: "srvtoolu_1", wireType: "web_search_tool_result", content: [{ url: "u" }] }
    ]
    checkSaid([...search, ...result], "end_turn", said, finished("end-turn"))
  })
})

describe("calls", () => {
  it("are told whole, each when its block has ended, under the client's own names", () => {
    const wire = streamOf(
      start,
      ...callBlock(0, "toolu_a", "short_1", '{"pa', 'th":"/"}'),
      ...callBlock(1, "toolu_b", "ls", "{}"),
      ...stop("tool_use")
    )
    const events = decodePieces([wire], { ...plainOptions, toolNames: new Map([["short_1", "a long name"]]) })
    check(
      events.slice(3),
      call("toolu_a", "a long name", { path: "/" }),
      call("toolu_b", "ls", {}),
      usage,
      finished("tool-use")
    )
  })

  it.each([[[]], [[""]]])("without input have an empty one: %j", (pieces) => {
    const wire = [...callBlock(0, "toolu_a", "ls", ...pieces), ...callBlock(1, "toolu_b", "pwd", "{}")]
    const said = [call("toolu_a", "ls", {}), call("toolu_b", "pwd", {})]
    checkSaid(wire, "tool_use", said, finished("tool-use"))
  })

  it("with their whole input at the beginning of the block are read", () => {
    const wire = block(0, { type: "tool_use", id: "toolu_a", name: "ls", input: { path: "/" } })
    checkSaid(wire, "tool_use", [call("toolu_a", "ls", { path: "/" })], finished("tool-use"))
  })

  it("whose deltas are interleaved are told apart by their index", () => {
    const [open0, ...rest0] = callBlock(0, "toolu_a", "a", '{"x"', ":1}")
    const [open1, ...rest1] = callBlock(1, "toolu_b", "b", '{"y"', ":2}")
    const wire = [open0 ?? null, open1 ?? null, ...rest0.flatMap((event, at) => [event, rest1[at] ?? null])]
    const said = [call("toolu_a", "a", { x: 1 }), call("toolu_b", "b", { y: 2 })]
    checkSaid(wire, "tool_use", said, finished("tool-use"))
  })

  it("get ids of their own where one is missing or taken", () => {
    const wire = streamOf(
      start,
      ...block(0, { type: "tool_use", name: "a" }, { type: "input_json_delta", partial_json: "{}" }),
      ...callBlock(1, "toolu_a", "b", "{}"),
      ...callBlock(2, "toolu_a", "c", "{}"),
      ...stop("tool_use")
    )
    const events = decodePieces([wire], { idPrefix: "toolu_x", callIds: ["toolu_a"] })
    assert.deepStrictEqual(
      events.flatMap((event) => (event.type === "tool-call" ? [event.id] : [])),
      ["toolu_x0", "toolu_a-2", "toolu_a-3"]
    )
  })

  it.each(["max_tokens", "model_context_window_exceeded", "refusal", "pause_turn"])(
    "that %s cut off are never told",
    (reason) => {
      for (const pieces of [['{"command": "rm -rf build/tm'], []]) {
        const wire = streamOf(
          start,
          ...textBlock(0, "a"),
          ...callBlock(1, "toolu_a", "Bash", ...pieces),
          ...stop(reason)
        )
        const events = decodePieces([wire])
        assert.deepStrictEqual(
          events.map((event) => event.type),
          ["accepted", "started", "usage", "text-delta", "usage", "finished"]
        )
        assert.notDeepInclude(events.at(-1), { reason: "tool-use" })
      }
    }
  )

  it("whose block never ended are told only if they are whole", () => {
    const [open, delta] = callBlock(0, "toolu_a", "ls", '{"a":1}')
    check(decodeWire(open ?? null, delta ?? null, ...stop("tool_use")).slice(0, 1), call("toolu_a", "ls", { a: 1 }))
    check(decodeWire(open ?? null, ...stop("max_tokens")).slice(-1), finished("max-tokens"))
  })

  it("without a name fail the answer, and nothing follows", () => {
    const events = decodeWire(...block(0, { type: "tool_use", id: "a" }), ...textBlock(1, "more"), ...stop("end_turn"))
    assert.strictEqual(events.length, 1)
    assert.include(failure(events), "without naming it")
  })

  it("with an input that is no object fail the answer", () => {
    const events = decodeWire(start, ...callBlock(0, "toolu_a", "ls", '{"a":'), ...stop("tool_use"))
    assert.include(failure(events), '"ls" has arguments that are no JSON object')
  })
})

describe("the end", () => {
  it.each([
    ["end_turn", "end-turn"],
    ["max_tokens", "max-tokens"],
    ["refusal", "refusal"],
    ["model_context_window_exceeded", "context-window"],
    ["pause_turn", "max-tokens"],
    ["tool_use", "end-turn"],
    ["a_new_reason", "end-turn"]
  ])("for %s is %s", (wire, reason) => {
    checkSaid([], wire, [], finished(reason))
  })

  it("says which stop sequence matched", () => {
    check(decodeWire(...stop("stop_sequence", "</block>")).slice(-1), {
      ...finished("stop-sequence"),
      stopSequence: "</block>"
    })
  })

  it("takes the counts of the last event over those of the first, where it has them", () => {
    const delta = {
      type: "message_delta",
      delta: { stop_reason: "end_turn" },
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: null,
        output_tokens: 20,
        output_tokens_details: { thinking_tokens: 8 }
      }
    }
    check(decodeWire(start, delta, { type: "message_stop" }).slice(-2, -1), {
      type: "usage",
      usage: { inputTokens: 5, cacheReadTokens: 40, cacheCreationTokens: 7, outputTokens: 20, reasoningTokens: 8 }
    })
  })

  it("needs no message_stop, and no last blank line, once the reason is there", () => {
    const [delta] = stop("end_turn")
    check(decodeWire(delta ?? null).slice(-1), finished("end-turn"))
    check(decodePieces([`${streamOf(delta ?? null)}event: message_st`]).slice(-1), finished("end-turn"))
    check(decodePieces([`${streamOf(delta ?? null)}event: x\ndata: {"typ`]).slice(-1), finished("end-turn"))
  })

  it("without a reason is a failure, wherever the stream ends", () => {
    const wire = streamOf(start, ...textBlock(0, "é🎉"), ...callBlock(1, "toolu_a", "ls", "{}"))
    const bytes = new TextEncoder().encode(wire)
    for (let length = 0; length <= bytes.length; length++) {
      assert.notStrictEqual(failure(decodePieces([bytes.slice(0, length)])), "", `after ${length} bytes`)
    }
  })
})

describe("an error inside a stream", () => {
  const error = (type: string, message: string) => ({ type: "error", error: { type, message } })

  it("fails the answer and lets nothing follow", () => {
    const events = decodeWire(start, ...textBlock(0, "half"), error("api_error", "it died"), ...stop("end_turn"))
    check(events.slice(3, -1), text("half"))
    assert.deepStrictEqual(events.at(-1), {
      type: "failed",
      error: new BackendFailed({ message: "The upstream failed: it died" })
    })
  })

  it("that says the service is full is told as such", () => {
    const last = decodeWire(error("overloaded_error", "Overloaded")).at(-1)
    assert.instanceOf(last?.type === "failed" ? last.error : undefined, Overloaded)
  })

  it("that tells of too long a prompt makes clients compact", () => {
    const last = decodeWire(error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")).at(-1)
    assert.deepStrictEqual(last, { type: "failed", error: new PromptTooLong({ promptTokens: 210000, window: 200000 }) })
  })

  it("that is no JSON is one", () => {
    assert.include(failure(decodeWire("event: error\ndata: it died\n\n")), "it died")
    assert.include(failure(decodeWire("event: x\ndata: oops\n\n")), "no JSON")
  })
})
