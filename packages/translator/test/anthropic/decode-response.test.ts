import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@pensieve/models"
import { decodeResponse } from "@pensieve/translator/anthropic"
import { call, check, failure, finished, text } from "../answer-events.ts"
import { decodePieces, plainOptions, started, usage } from "./decode-events.ts"

const message: JsonObject = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  content: [
    { type: "thinking", thinking: "hm", signature: "EqQB" },
    { type: "text", text: "Hi", citations: null },
    { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "q" } },
    { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
    { type: "tool_use", id: "toolu_1", name: "ls", input: { path: "/" } },
    { type: "tool_use", id: "toolu_2", name: "pwd", input: {} }
  ],
  stop_reason: "tool_use",
  stop_sequence: null,
  usage: { input_tokens: 3, cache_read_input_tokens: 40, cache_creation_input_tokens: 7, output_tokens: 9 }
}

const said: ReadonlyArray<object> = [
  ...started.slice(0, 2),
  usage,
  { type: "reasoning-delta", text: "hm" },
  { type: "reasoning-end", signature: "EqQB" },
  text("Hi"),
  { type: "server-tool-call", id: "srvtoolu_1", name: "web_search", input: { query: "q" } },
  { type: "server-tool-result", callId: "srvtoolu_1", wireType: "web_search_tool_result", content: [] },
  call("toolu_1", "ls", { path: "/" }),
  call("toolu_2", "pwd", {}),
  usage,
  finished("tool-use")
]

describe("a whole message", () => {
  it("says what a stream would, in its order", () => {
    check(decodeResponse(message, plainOptions), ...said)
  })

  it("is read from an upstream that was asked to stream and did not", () => {
    check(decodePieces(["\n ", JSON.stringify(message)]), ...said)
  })

  it("that a limit cut off keeps its last call to itself, since nobody knows whether its input is whole", () => {
    const events = decodeResponse({ ...message, stop_reason: "max_tokens" }, plainOptions)
    assert.deepStrictEqual(
      events.flatMap((event) => (event.type === "tool-call" ? [event.id] : [])),
      ["toolu_1"]
    )
    check(events.slice(-1), finished("max-tokens"))
  })

  it("that is an error is that error", () => {
    const error = { type: "error", error: { type: "not_found_error", message: "model: nope" }, request_id: "req_1" }
    assert.strictEqual(failure(decodeResponse(error, plainOptions)), "The upstream has no such thing: model: nope")
  })

  it.each([undefined, null, [], {}, { content: "Hi" }, { type: "message", content: [] }])(
    "that is none fails: %j",
    (body) => {
      assert.notStrictEqual(failure(decodeResponse(body, plainOptions)), "")
    }
  )

  it("that is a page says so without its tags", () => {
    const events = decodePieces(["<html><head><title>502 Bad Gateway</title></head><body>x</body></html>"])
    assert.strictEqual(failure(events), "The upstream failed: 502 Bad Gateway")
  })
})
