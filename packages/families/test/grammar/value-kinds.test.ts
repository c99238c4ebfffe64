import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@pensieve/models"
import { objectShapes } from "../../src/grammar/object-shapes.ts"
import { valueKinds } from "../../src/grammar/value-kinds.ts"

const kinds = (schema: Json, definitions: JsonObject = {}): ReadonlyArray<string> =>
  valueKinds(schema, definitions).map((kind) => {
    if (kind.kind === "literal") return `literal ${JSON.stringify(kind.value)}`
    if (kind.kind === "string") return ["string", ...kind.patterns].join(" ")
    return kind.kind === "typed" ? kind.type : "any"
  })

describe("the kinds of value of a schema", () => {
  it.each<readonly [Json, ReadonlyArray<string>]>([
    [{}, ["any"]],
    [true, ["any"]],
    [false, []],
    [{ type: "string" }, ["string"]],
    [{ type: ["string", "null"] }, ["string", "null"]],
    [{ enum: ["a", 1] }, ['literal "a"', "literal 1"]],
    [{ type: "string", enum: ["a", null] }, ['literal "a"']],
    [{ const: null }, ["literal null"]],
    [{ anyOf: [{ type: "integer" }, { anyOf: [{ type: "boolean" }] }] }, ["integer", "boolean"]],
    [{ type: "string", anyOf: [{ minLength: 1 }, { pattern: "^(?:a)$" }] }, ["string (?s:.{1,})", "string (?:a)"]],
    [{ allOf: [{ type: "string" }], maxLength: 3 }, ["string (?s:.{0,3})"]],
    [{ $ref: "#/$defs/x" }, ["integer"]],
    [{ properties: { a: {} } }, ["object"]],
    [{ items: {} }, ["array"]],
    [{ minimum: 1 }, ["number"]]
  ])("%j", (schema, expected) => {
    assert.deepStrictEqual(kinds(schema, { x: { type: "integer" } }), expected)
  })

  it("end where a definition is nothing but itself", () => {
    assert.deepStrictEqual(kinds({ $ref: "#/$defs/x" }, { x: { anyOf: [{ $ref: "#/$defs/x" }] } }), ["any"])
  })
})

describe("the shapes of an object", () => {
  const shapes = (schema: Json, definitions: JsonObject = {}) =>
    objectShapes(schema, definitions).map(({ properties, required, others }) => ({
      properties: Object.fromEntries(properties),
      required: [...required],
      others
    }))

  it("are one for each branch of its alternatives, with what all of them share", () => {
    const schema = {
      type: "object",
      properties: { a: { type: "string" } },
      anyOf: [{ required: ["a"] }, { properties: { b: {} }, required: ["b"] }]
    }
    assert.deepStrictEqual<Json>(shapes(schema), [
      { properties: { a: { type: "string" } }, required: ["a"], others: {} },
      { properties: { b: {}, a: { type: "string" } }, required: ["b"], others: {} }
    ])
  })

  it("hold a property to all that is said of it", () => {
    const schema = { allOf: [{ $ref: "#/$defs/x" }, { properties: { a: { minLength: 1 } } }] }
    const definitions = { x: { properties: { a: { type: "string" } }, additionalProperties: false } }
    assert.deepStrictEqual<Json>(shapes(schema, definitions), [
      { properties: { a: { allOf: [{ type: "string" }, { minLength: 1 }] } }, required: [], others: false }
    ])
  })
})
