import { assert, describe, it } from "@effect/vitest"
import { encodeSseJson } from "@pensieve/framing"
import type { JsonObject } from "@pensieve/models"
import { grammarProblem } from "./stream-grammar.ts"

const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
const running = {
  id: "resp_1",
  object: "response",
  created_at: 1,
  status: "in_progress",
  output: [],
  error: null,
  incomplete_details: null,
  usage: null
}
const begun: JsonObject = { type: "response.created", response: running }
const going: JsonObject = { type: "response.in_progress", response: running }
const place = { item_id: "msg_1", output_index: 0 }
const item = { type: "message", id: "msg_1", role: "assistant", status: "in_progress", content: [] }
const part = { type: "output_text", text: "a" }
const whole = { ...item, status: "completed", content: [part] }

const added: JsonObject = { type: "response.output_item.added", output_index: 0, item }
const partAdded: JsonObject = {
  type: "response.content_part.added",
  ...place,
  content_index: 0,
  part: { ...part, text: "" }
}
const delta: JsonObject = { type: "response.output_text.delta", ...place, content_index: 0, delta: "a" }
const textDone: JsonObject = { type: "response.output_text.done", ...place, content_index: 0, text: "a" }
const partDone: JsonObject = { type: "response.content_part.done", ...place, content_index: 0, part }
const done: JsonObject = { type: "response.output_item.done", output_index: 0, item: whole }
const completed = (output: ReadonlyArray<JsonObject>): JsonObject => ({
  type: "response.completed",
  response: { ...running, status: "completed", output, usage }
})
const failed: JsonObject = {
  type: "response.failed",
  response: { ...running, status: "failed", error: { code: "server_error", message: "x" }, usage }
}
const call = { type: "function_call", id: "fc_1", call_id: "c", name: "n", status: "in_progress", arguments: "" }
const callAdded: JsonObject = { type: "response.output_item.added", output_index: 0, item: call }
const callEvent = (type: string, fields: JsonObject): JsonObject => ({
  type,
  item_id: "fc_1",
  output_index: 0,
  ...fields
})
const written = callEvent("response.function_call_arguments.delta", { delta: "{}" })
const writtenDone = callEvent("response.function_call_arguments.done", { arguments: "{}" })
const callDone: JsonObject = {
  ...callAdded,
  type: "response.output_item.done",
  item: { ...call, status: "completed", arguments: "{}" }
}

const message = [begun, going, added, partAdded, delta, textDone, partDone, done]

const framed = (events: ReadonlyArray<JsonObject>) =>
  events.map((event, at) => encodeSseJson({ sequence_number: at, ...event }, String(event.type))).join("")
const problem = (...events: ReadonlyArray<JsonObject>) => grammarProblem(framed(events), true)

describe("the checker of the grammar", () => {
  it("accepts what the contract allows", () => {
    assert.isUndefined(problem(...message, completed([whole])))
    assert.isUndefined(problem(begun, going, added, { type: "keepalive" }, partAdded, failed))
    assert.isUndefined(
      problem(
        begun,
        going,
        callAdded,
        written,
        writtenDone,
        callDone,
        completed([{ ...call, status: "completed", arguments: "{}" }])
      )
    )
  })

  it.each([
    ["no beginning", [going, completed([])]],
    ["two beginnings", [begun, begun, completed([])]],
    ["a response that changes its id", [begun, { ...going, response: { ...running, id: "resp_2" } }]],
    ["an output without the items", [...message, completed([])]],
    ["an open item at the end", [begun, going, added, completed([])]],
    ["two open items", [begun, going, added, { ...added, output_index: 1 }]],
    ["a gap in the indices", [begun, going, { ...added, output_index: 1 }]],
    ["an item that starts full", [begun, going, { ...added, item: whole }]],
    ["a delta of another item", [begun, going, added, partAdded, { ...delta, item_id: "msg_2" }]],
    ["a foreign delta", [begun, going, added, partAdded, { ...delta, type: "response.refusal.delta" }]],
    ["a delta without a part", [begun, going, added, delta]],
    ["a text other than its deltas", [begun, going, added, partAdded, delta, { ...textDone, text: "b" }]],
    ["an item other than its text", [...message.slice(0, -1), { ...done, item: { ...whole, content: [] } }]],
    [
      "a call that changes its name",
      [begun, going, callAdded, written, writtenDone, { ...callDone, item: { ...call, name: "m", arguments: "{}" } }]
    ],
    [
      "a call that is not complete",
      [begun, going, callAdded, written, writtenDone, { ...callDone, item: { ...call, arguments: "{}" } }]
    ],
    ["a failure without an error", [begun, going, { ...failed, response: { ...running, status: "failed", usage } }]],
    [
      "usage that does not add up",
      [
        begun,
        going,
        { ...completed([]), response: { ...running, status: "completed", usage: { ...usage, total_tokens: 3 } } }
      ]
    ],
    ["a keepalive before the response", [{ type: "keepalive" }, begun, going]],
    ["events after the end", [begun, going, completed([]), going]],
    ["numbers that do not rise", [begun, { ...going, sequence_number: 0 }, completed([])]]
  ] satisfies ReadonlyArray<readonly [string, ReadonlyArray<JsonObject>]>)("finds %s", (_, events) => {
    assert.isString(grammarProblem(framed(events), false))
  })

  it("finds a missing end", () => {
    assert.isUndefined(grammarProblem(framed(message), false))
    assert.isString(problem(...message))
  })

  it("finds events without a name", () => {
    assert.isString(grammarProblem(encodeSseJson({ ...begun, sequence_number: 0 }), false))
  })
})
