import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { encodeResponse, streamOptions } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import { decoded } from "./decoded.ts"
import { deltas, ending, options, starts, types, wireEvents } from "./wire-events.ts"

const finished: GenerationEvent = { type: "finished", reason: "end-turn" }
const quiet = (seconds: number): GenerationEvent => ({ type: "heartbeat", silentMs: seconds * 1000 })

describe("a long silence", () => {
  it("is filled with pings for the first eight minutes", () => {
    assert.strictEqual(types(wireEvents([quiet(10), quiet(470)]).slice(0, 2)), "ping ping")
  })

  it("opens a thinking block that ticks, since pings alone no longer hold the client", () => {
    const events = wireEvents([quiet(480), quiet(490), { type: "text-delta", text: "at last" }, finished])
    assert.deepStrictEqual(
      starts(events).map((block) => block.type),
      ["thinking", "text"]
    )
    const tick = { type: "thinking_delta", thinking: "", estimated_tokens: null } as const
    assert.deepStrictEqual(deltas(events).slice(0, 2), [tick, tick])
  })

  it("ticks inside the input of a call that is being written", () => {
    const call = wireEvents([{ type: "tool-call-start", id: "toolu_1", name: "ls" }, quiet(480)])
    assert.deepStrictEqual(deltas(call).at(-1), { type: "input_json_delta", partial_json: "" })
  })
})

describe("what a backend's own tools did", () => {
  const search: ReadonlyArray<GenerationEvent> = [
    { type: "text-delta", text: "Let me look." },
    { type: "server-tool-call", id: "srvtoolu_1", name: "web_search", input: { query: "q" } },
    {
      type: "server-tool-result",
      callId: "srvtoolu_1",
      wireType: "web_search_tool_result",
      content: { type: "web_search_tool_result_error", error_code: "unavailable" }
    },
    finished
  ]

  it("is told in blocks of their own, the input through a delta", () => {
    const events = wireEvents(search)
    assert.deepStrictEqual(starts(events).slice(1), [
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {}, caller: { type: "direct" } },
      {
        type: "web_search_tool_result",
        tool_use_id: "srvtoolu_1",
        content: { type: "web_search_tool_result_error", error_code: "unavailable" }
      }
    ])
    assert.deepStrictEqual(deltas(events).at(-1), { type: "input_json_delta", partial_json: '{"query":"q"}' })
  })

  it("is no reason for the client to run a tool", () => {
    assert.strictEqual(ending(wireEvents(search))?.stop_reason, "end_turn")
  })

  it("stands in a whole message with its input", () => {
    const { content } = Result.getOrThrow(encodeResponse(options, search))
    assert.deepInclude(content[1], { type: "server_tool_use", input: { query: "q" } })
  })
})

it("a thought that only the backend can read is a block of its own", () => {
  const events = wireEvents([{ type: "redacted-reasoning", data: "EmwK" }, finished])
  assert.deepStrictEqual(starts(events), [{ type: "redacted_thinking", data: "EmwK" }])
})

describe("checks of tool calls that a request asks for", () => {
  const asked = decoded({ safeguards: [{ type: "dangerous_tool_use", classifier_context: { v: 1 } }] })
  const unsupported = [{ type: "dangerous_tool_use", status: { type: "unsupported" } }] as const
  const settings = streamOptions(asked, "msg_1", {})

  it("are answered as not made, streamed and whole", () => {
    assert.deepStrictEqual(ending(wireEvents([finished], settings))?.safeguard_results, unsupported)
    assert.deepStrictEqual(Result.getOrThrow(encodeResponse(settings, [finished])).safeguard_results, unsupported)
  })

  it("are told in a notice", () => {
    assert.deepStrictEqual(
      asked.notices.map(({ code, field }) => [code, field]),
      [["safeguards-unsupported", "safeguards"]]
    )
  })

  it("are not spoken of where none are asked for", () => {
    assert.notProperty(ending(wireEvents([finished])), "safeguard_results")
  })
})
