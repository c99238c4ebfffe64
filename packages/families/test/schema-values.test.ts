import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@pensieve/models"
import { Result } from "effect"
import type { RepairRule } from "../src/index.ts"
import { parseArguments } from "../src/json-calls.ts"
import { readLiteral } from "../src/literals.ts"
import { ToolSchemas } from "../src/schema-values.ts"
import { options } from "./reading.ts"

const value = (schema: Json, text: string): Json => {
  const root = { type: "object", properties: { v: schema }, $defs: { list: { type: "array" } } }
  return new ToolSchemas(options({ tools: [{ name: "f", inputSchema: root }] })).read("f", "v", text)
}

describe("a value without a type of its own", () => {
  it.each<readonly [Json, string, Json]>([
    [{ type: "string" }, "12", "12"],
    [{ type: "string" }, "null", "null"],
    [{ type: ["string", "null"] }, "hello", "hello"],
    [{ type: ["string", "null"] }, "null", null],
    [{ type: ["string", "null"] }, "none", "none"],
    [{ enum: ["1", "2"] }, "1", "1"],
    [{ enum: [1, 2] }, "1", 1],
    [{ type: "integer" }, "-4", -4],
    [{ type: "integer" }, "4.0", 4],
    [{ type: "integer" }, "4.5", "4.5"],
    [{ type: "integer" }, "9007199254740991", Number.MAX_SAFE_INTEGER],
    [{ type: "integer" }, "9007199254740993", "9007199254740993"],
    [{ type: "integer" }, "None", null],
    [{ type: "number" }, "1.5e-3", 0.0015],
    [{ type: "number" }, "1.2.3", "1.2.3"],
    [{ type: "boolean" }, "True", true],
    [{ type: "boolean" }, "yes", "yes"],
    [{ type: "array" }, "[1, 'a', None]", [1, "a", null]],
    [{ type: "array" }, "[1, 2", "[1, 2"],
    [{ type: "object" }, "[1]", "[1]"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, "7", 7],
    [{ $ref: "#/$defs/list" }, "[1]", [1]],
    [{}, '{"a": 1}', '{"a": 1}']
  ])("is read by %j: %s", (schema, text, expected) => {
    assert.deepStrictEqual(value(schema, text), expected)
  })

  it("is text for a parameter that the schema does not name", () => {
    const schemas = new ToolSchemas(
      options({ tools: [{ name: "f", inputSchema: { type: "object", properties: {} } }] })
    )
    for (const key of ["x", "constructor", "__proto__"]) assert.strictEqual(schemas.read("f", key, "1"), "1")
    assert.isFalse(schemas.hasParameter("f", "constructor"))
  })
})

describe("a literal", () => {
  it.each<readonly [string, Json | undefined]>([
    ["{'a': (1, 2), \"b\": True}", { a: [1, 2], b: true }],
    [String.raw`"\d+ \u00e9 \x41 \n"`, "\\d+ é A \n"],
    ["'''it's'''", "it's"],
    ["[1, 2,]", [1, 2]],
    ["[1 2]", undefined],
    ["{'a' 1}", undefined],
    ["'open", undefined],
    ["1 2", undefined],
    [`${"[".repeat(200)}${"]".repeat(200)}`, undefined]
  ])("%s", (text, expected) => {
    assert.deepStrictEqual(readLiteral(text), expected)
  })
})

describe("arguments outside of a call's JSON", () => {
  it.each<readonly [string, JsonObject, ReadonlyArray<RepairRule>]>([
    ["", {}, []],
    [' {"a": 1} ', { a: 1 }, []],
    ['{"a": 1}}', { a: 1 }, ["brackets"]],
    ["{a: 1}", { a: 1 }, ["unquoted-words"]]
  ])("%s", (text, input, repairs) => {
    assert.deepStrictEqual(parseArguments(text, true), Result.succeed({ input, repairs }))
  })

  it.each([
    ['{"a": 1}, "b": 2', "the call's arguments cannot be read: it holds more than one value"],
    ["[1]", "the call's arguments are not a JSON object"]
  ])("%s are none", (text, problem) => {
    assert.deepStrictEqual(parseArguments(text, true), Result.fail(problem))
  })
})
