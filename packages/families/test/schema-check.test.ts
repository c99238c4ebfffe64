import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@pensieve/models"
import { checkInput } from "../src/index.ts"

const fits = (schema: JsonObject, input: Json): boolean => checkInput(schema, input).length === 0

describe("checking an input against its schema", () => {
  it.each<[string, JsonObject, Json, Json]>([
    ["types", { type: "integer" }, 3, 3.5],
    ["required", { required: ["a"] }, { a: 1 }, {}],
    ["enum", { enum: ["a", "b"] }, "a", "c"],
    ["const", { const: { a: 1 } }, { a: 1 }, { a: 2 }],
    ["anyOf", { anyOf: [{ type: "string" }, { type: "null" }] }, null, 1],
    ["oneOf", { oneOf: [{ type: "number" }, { type: "integer" }] }, 1.5, 1],
    ["references", { $ref: "#/$defs/x", $defs: { x: { type: "string" } } }, "a", 1],
    ["additionalProperties", { properties: { a: {} }, additionalProperties: false }, { a: 1 }, { b: 1 }],
    ["propertyNames", { propertyNames: { pattern: "^[a-z]+$" } }, { a: 1 }, { B: 1 }],
    ["large bounds", { maximum: 9_007_199_254_740_991, maxLength: 524_288 }, 1, 9_007_199_254_740_993_000],
    ["types by other names", { type: "object", properties: { n: { type: "int" } } }, { n: 1 }, { n: "1" }],
    ["a parameter named type", { type: "object", properties: { type: { type: "str" } } }, { type: "x" }, { type: 1 }],
    ["draft 7", { $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "string" }] }, ["a"], [1]]
  ])("knows %s", (_, schema, good, bad) => {
    assert.isTrue(fits(schema, good))
    assert.isFalse(fits(schema, bad))
  })

  it.each<[string, JsonObject]>([
    ["a pattern", { pattern: "(" }],
    ["a reference", { $ref: "#/$defs/none" }],
    ["a type", { type: "any" }]
  ])("takes anything where the schema has %s that nobody can read", (_, schema) => {
    assert.isTrue(fits(schema, "x"))
  })

  it("leaves the schema as it was", () => {
    const schema = Object.freeze({ type: "object", properties: Object.freeze({ a: Object.freeze({ type: "int" }) }) })
    const before = JSON.stringify(schema)
    checkInput(schema, { a: 1 })
    assert.strictEqual(JSON.stringify(schema), before)
    assert.deepStrictEqual(Object.getOwnPropertyNames(schema), ["type", "properties"])
  })

  it("says where a fault is", () => {
    const schema = { type: "object", properties: { a: { type: "array", items: { type: "string" } } } }
    assert.deepStrictEqual(
      checkInput(schema, { a: ["x", 1] }).map(({ path, keyword }) => [path, keyword]),
      [["/a/1", "type"]]
    )
  })
})
