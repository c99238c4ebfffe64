import { assert, describe, it } from "@effect/vitest"
import { encodeSseJson } from "@pensieve/framing"
import type { JsonObject } from "@pensieve/models"
import { grammarProblem } from "./stream-grammar.ts"

const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason: finish }]
})
const role = chunk({ role: "assistant", content: "" })
const word = chunk({ content: "a" })
const call = (index: number, id = `call_${index}`): JsonObject =>
  chunk({ tool_calls: [{ index, id, type: "function", function: { name: "f", arguments: "" } }] })
const json = (index: number, text = "{}"): JsonObject =>
  chunk({ tool_calls: [{ index, function: { arguments: text } }] })
const stop = chunk({}, "stop")
const called = chunk({}, "tool_calls")
const error: JsonObject = { error: { message: "x", type: "server_error", param: null, code: null } }

const done = "data: [DONE]\n\n"
const problem = (...frames: ReadonlyArray<JsonObject | string>) =>
  grammarProblem(
    frames.map((frame) => (typeof frame === "string" ? frame : encodeSseJson(frame))).join(""),
    false,
    true
  )

describe("the checker of the grammar", () => {
  it("accepts what the contract allows", () => {
    assert.isUndefined(problem(": \n\n", role, word, stop, done))
    assert.isUndefined(problem(role, call(0), json(0), call(1), json(1), called, done))
    assert.isUndefined(problem(role, word, error))
    assert.isUndefined(problem(error))
  })

  it.each([
    ["no role", [word, stop, done]],
    ["two roles", [role, role, stop, done]],
    ["no end", [role, word, done]],
    ["no [DONE]", [role, word, stop]],
    ["[DONE] after an error", [role, error, done]],
    ["chunks after the end", [role, stop, done, word]],
    ["another id", [role, { ...word, id: "d" }, stop, done]],
    ["a gap in the indices", [role, call(1), json(1), called, done]],
    ["a fragment of a closed call", [role, call(0), call(1), json(0), json(1), called, done]],
    ["two calls with one id", [role, call(0), json(0), call(1, "call_0"), json(1), called, done]],
    ["broken arguments", [role, call(0), json(0, "[]"), called, done]],
    ["a call without tool_calls", [role, call(0), json(0), stop, done]],
    ["tool_calls without a call", [role, called, done]],
    ["a chunk without choices", [role, stop, { ...stop, choices: [] }, done]],
    ["usage nobody asked for", [{ ...role, usage: null }, stop, done]],
    ["an event name", ["event: x\ndata: {}\n\n"]]
  ] satisfies ReadonlyArray<readonly [string, ReadonlyArray<JsonObject | string>]>)("finds %s", (_, frames) => {
    assert.isString(problem(...frames))
  })
})
