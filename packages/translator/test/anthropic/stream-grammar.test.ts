import { assert, describe, it } from "@effect/vitest"
import { encodeSseJson } from "@pensieve/framing"
import type { JsonObject } from "@pensieve/models"
import { grammarProblem } from "./stream-grammar.ts"

const usage = { input_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 1 }
const start: JsonObject = { type: "message_start", message: { usage } }
const open: JsonObject = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }
const delta: JsonObject = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "a" } }
const close: JsonObject = { type: "content_block_stop", index: 0 }
const end: JsonObject = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } }
const stop: JsonObject = { type: "message_stop" }
const error: JsonObject = { type: "error", error: { type: "api_error", message: "x" } }
const thinking: JsonObject = {
  type: "content_block_start",
  index: 0,
  content_block: { type: "thinking", thinking: "", signature: "" }
}
const tool: JsonObject = { type: "content_block_start", index: 0, content_block: { type: "tool_use", input: {} } }
const filledTool: JsonObject = { ...tool, content_block: { type: "tool_use", input: { a: 1 } } }

const problem = (...events: ReadonlyArray<JsonObject>) =>
  grammarProblem(events.map((event) => encodeSseJson(event, String(event.type))).join(""), true)

describe("the checker of the grammar", () => {
  it("accepts what the contract allows", () => {
    assert.isUndefined(problem({ type: "ping" }, start, open, delta, close, end, stop))
    assert.isUndefined(problem(start, open, delta, error))
  })

  it.each([
    ["no end", [start, open, delta, close]],
    ["no start", [open, delta, close, end, stop]],
    ["two starts", [start, start, end, stop]],
    ["an open block at the end", [start, open, delta, end, stop]],
    ["two open blocks", [start, open, { ...open, index: 1 }]],
    ["a gap in the indices", [start, { ...open, index: 1 }]],
    ["a foreign delta", [start, open, { ...delta, delta: { type: "input_json_delta", partial_json: "{}" } }]],
    ["a delta without block", [start, delta]],
    ["thinking without signature", [start, thinking, close, end, stop]],
    ["input in the start of a call", [start, filledTool, close, end, stop]],
    ["a call without tool_use", [start, tool, close, end, stop]],
    ["tool_use without a call", [start, { ...end, delta: { stop_reason: "tool_use" } }, stop]],
    ["events after the end", [start, end, stop, { type: "ping" }]],
    ["events after an error", [start, error, stop]]
  ] satisfies ReadonlyArray<readonly [string, ReadonlyArray<JsonObject>]>)("finds %s", (_, events) => {
    assert.isString(problem(...events))
  })

  it("finds events without a name", () => {
    assert.isString(grammarProblem(encodeSseJson(start), false))
  })
})
