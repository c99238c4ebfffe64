import { assert, describe, it } from "@effect/vitest"
import { objectSchema, plainSchema } from "../../src/openai/plain-schema.ts"

describe("a plain schema", () => {
  it("has types, properties, enumerations and words, and none of what grammars fail on", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      description: "All of it",
      properties: {
        path: { type: "string", description: "Where", pattern: "^/", maxLength: 524288, format: "uri" },
        kind: { enum: ["a", "b"] },
        list: { type: "array", items: { type: "string", minLength: 1 }, maxItems: 3, uniqueItems: true },
        map: { type: "object", propertyNames: { pattern: "x" }, additionalProperties: { type: "string" } },
        either: { oneOf: [{ type: "string", format: "date" }, { type: "null" }] },
        any: true
      },
      required: ["path"],
      additionalProperties: false,
      not: { required: ["kind"] }
    }
    assert.deepStrictEqual(plainSchema(schema), {
      type: "object",
      description: "All of it",
      properties: {
        path: { type: "string", description: "Where" },
        kind: { enum: ["a", "b"] },
        list: { type: "array", items: { type: "string" } },
        map: { type: "object" },
        either: { anyOf: [{ type: "string" }, { type: "null" }] },
        any: {}
      },
      required: ["path"],
      additionalProperties: false
    })
  })

  it("has references put in, and ends where a schema contains itself", () => {
    const schema = {
      type: "object",
      properties: {
        node: { $ref: "#/$defs/node" },
        "odd/name": { $ref: "#/$defs/a~1b" },
        lost: { $ref: "#/$defs/none" }
      },
      $defs: {
        node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } },
        "a/b": { type: "integer" }
      }
    }
    const { properties } = plainSchema(schema)
    const text = JSON.stringify(properties)
    assert.notInclude(text, "$ref")
    assert.deepNestedInclude(properties, { "odd/name": { type: "integer" } })
    assert.deepNestedInclude(properties, { lost: {} })
    assert.match(text, /"next":\{"type":"object"/)
  })

  it("has all of several schemas together, and forbids no more than they do", () => {
    const schema = {
      allOf: [
        { properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false },
        { properties: { b: { type: "string" } }, required: ["b"] }
      ]
    }
    assert.deepStrictEqual(plainSchema(schema), {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string" } },
      required: ["a", "b"]
    })
  })
})

describe("a schema of arguments", () => {
  it("always says that they are an object", () => {
    assert.deepStrictEqual(objectSchema({}), { type: "object", properties: {} })
    assert.deepStrictEqual(objectSchema({ properties: { a: {} }, x: 1 }), {
      type: "object",
      properties: { a: {} },
      x: 1
    })
  })
})
