import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@pensieve/models"
import { Result } from "effect"
import { checkCall, type CheckedCall } from "../src/index.ts"

const tool = (name: string, properties: JsonObject, more: JsonObject = {}) => ({
  name,
  inputSchema: { type: "object", properties, additionalProperties: false, ...more }
})
const tools = [
  tool(
    "Edit",
    {
      file_path: { type: "string" },
      old_string: { type: "string" },
      new_string: { type: "string" },
      replace_all: { type: "boolean" },
      limit: { type: "integer" },
      ratio: { type: ["number", "null"] }
    },
    { required: ["file_path"] }
  ),
  tool(
    "TodoWrite",
    {
      todos: {
        type: "array",
        items: { $ref: "#/$defs/todo" }
      },
      tags: { type: "array", items: { type: "string" } }
    },
    {
      $defs: {
        todo: { type: "object", properties: { id: { type: "string" }, done: { type: "boolean" } }, required: ["id"] }
      }
    }
  ),
  tool("mcp__files__Read_File", { path: { type: "string" } })
]

const check = (name: string, input: JsonObject | string, complete?: boolean) =>
  checkCall({ name, input, ...(complete === undefined ? {} : { complete }) }, tools)
const checked = (name: string, input: JsonObject | string): CheckedCall => Result.getOrThrow(check(name, input))
const refused = (name: string, input: JsonObject | string, complete?: boolean) =>
  Result.getOrThrow(Result.flip(check(name, input, complete)))

const path = { file_path: "a" }

describe("checking a call", () => {
  it("logs nothing for a call that is right", () => {
    for (const input of [
      path,
      JSON.stringify(path),
      { ...path, limit: 3, replace_all: false, ratio: null, old_string: "5" }
    ])
      assert.deepStrictEqual(checked("Edit", input).repairs, [])
  })

  it("takes no text at all for no arguments", () => {
    assert.deepStrictEqual(checked("TodoWrite", ""), { name: "TodoWrite", input: {}, repairs: [] })
  })

  it.each([
    ["text-to-value", { ...path, limit: "5" }, { ...path, limit: 5 }],
    ["text-to-value", { ...path, replace_all: "true" }, { ...path, replace_all: true }],
    ["text-to-value", { ...path, ratio: "null" }, { ...path, ratio: null }],
    ["value-to-text", { ...path, old_string: 5 }, { ...path, old_string: "5" }],
    ["null-for-absent", { ...path, limit: null }, path],
    ["parameter-name", { filePath: "a" }, path],
    ["nested-arguments", { arguments: path }, path],
    ["nested-arguments", { Edit: path }, path],
    ["arguments-as-text", { input: JSON.stringify(path) }, path]
  ])("mends by rule: %s", (rule, input, expected) => {
    const call = checked("Edit", input)
    assert.deepStrictEqual(call.input, expected)
    assert.include<string>(call.repairs, rule)
  })

  it.each([
    ["text-to-structure", { todos: '[{"id": "1", "done": true}]' }, { todos: [{ id: "1", done: true }] }],
    ["text-to-value", { todos: [{ id: "1", done: "true" }] }, { todos: [{ id: "1", done: true }] }],
    ["value-to-text", { todos: [{ id: 1 }] }, { todos: [{ id: "1" }] }],
    ["value-to-list", { tags: "a" }, { tags: ["a"] }],
    ["value-to-list", { todos: { id: "1" } }, { todos: [{ id: "1" }] }]
  ])("mends inside lists and references: %s", (rule, input, expected) => {
    const call = checked("TodoWrite", input)
    assert.deepStrictEqual(call.input, expected)
    assert.include<string>(call.repairs, rule)
  })

  it("mends the spelling of arguments that came as text", () => {
    assert.deepStrictEqual(checked("Edit", "{'file_path': 'a',}"), {
      name: "Edit",
      input: path,
      repairs: ["quotes", "commas"]
    })
  })

  it("takes arguments that are JSON inside a string", () => {
    assert.deepStrictEqual(checked("Edit", JSON.stringify(JSON.stringify(path))).repairs, ["arguments-as-text"])
  })

  it.each([
    ["functions.Edit", "Edit"],
    ["edit", "Edit"],
    ["todo_write", "TodoWrite"],
    ["mcp__files__read-file", "mcp__files__Read_File"]
  ])("finds the tool that %s means", (name, expected) => {
    const call = checked(name, expected === "Edit" ? path : {})
    assert.strictEqual(call.name, expected)
    assert.include(call.repairs, "tool-name")
  })

  it.each([
    ["a required value is missing", { old_string: "x" }],
    ["a parameter is not declared", { ...path, speed: 1 }],
    ["a number does not come back as it was written", { ...path, limit: "05" }],
    ["a whole number is wanted", { ...path, limit: "5.5" }],
    ["a word is no boolean", { ...path, replace_all: "yes" }],
    ["two names could mean one parameter", { filePath: "a", "file-path": "b" }],
    ["null stands for a required value", { file_path: null }]
  ])("hands the call over unchanged where %s", (_, input) => {
    const { problem, call } = refused("Edit", input)
    assert.deepStrictEqual(call, { name: "Edit", input })
    assert.include(problem, "Edit")
  })

  it("changes nothing where one fault of several stays", () => {
    const input = { limit: "5", old_string: "x" }
    assert.deepStrictEqual(refused("Edit", input).call, { name: "Edit", input })
  })

  it("names a tool that does not exist, and those that do", () => {
    const { problem, call } = refused("Fly", path)
    assert.include(problem, "Fly")
    assert.include(problem, "TodoWrite")
    assert.deepStrictEqual(call, { name: "Fly", input: path })
  })

  it("leaves what has no readable input to be text", () => {
    for (const text of ['{"file_path": "a', '{"file_path": "a"', "[1]", "nonsense here"])
      assert.isNull(refused("Edit", text).call)
  })

  it("mends nothing of an answer that breaks off", () => {
    assert.isNull(refused("Edit", "{'file_path': 'a'}", false).call)
    assert.deepStrictEqual(refused("Edit", { ...path, limit: "5" }, false).call, {
      name: "Edit",
      input: { ...path, limit: "5" }
    })
  })

  it("keeps values out of what it says", () => {
    const { problem } = refused("Edit", { file_path: "a secret", limit: "much of a secret" })
    assert.notInclude(problem, "secret")
  })
})
