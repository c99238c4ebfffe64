import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@pensieve/models"
import { rewriteTool, simplifySchema } from "../../src/index.ts"

const rewritten = (schema: JsonObject): JsonObject => simplifySchema(schema).schema.root
const dropped = (schema: JsonObject): ReadonlyArray<string> =>
  simplifySchema(schema).rewrites.map(({ path, keyword }) => (path === "" ? keyword : `${path}: ${keyword}`))

describe("a schema for the engine's compiler", () => {
  it("loses titles, examples and what is nobody's keyword, without a word", () => {
    const schema = {
      type: "string",
      title: "T",
      description: "d",
      examples: ["x"],
      "x-own": 1,
      $schema: "s",
      nullable: true
    }
    assert.deepStrictEqual(rewritten(schema), { type: "string" })
    assert.deepStrictEqual(dropped(schema), [])
  })

  it.each<readonly [string, JsonObject]>([
    ["not", { not: { type: "string" } }],
    ["if", { if: { required: ["a"] }, else: { required: ["b"] } }],
    ["dependentRequired", { type: "object", dependentRequired: { a: ["b"] } }],
    ["contains", { type: "array", contains: {} }],
    ["uniqueItems", { type: "array", uniqueItems: true }],
    ["format", { type: "string", format: "regex" }],
    ["pattern", { type: "string", pattern: "^(?!x)" }],
    ["maxLength", { type: "string", maxLength: 524_288 }],
    ["minItems", { type: "array", minItems: 5000 }],
    ["maximum", { type: "number", maximum: 1e300 }],
    ["multipleOf", { type: "number", multipleOf: 12_345.678 }],
    ["$ref", { $ref: "https://example.org/schema" }],
    ["$ref", { $ref: "#/$defs/missing" }],
    ["minProperties", { type: "object", properties: { a: {} }, minProperties: 1 }],
    ["unevaluatedProperties", { type: "object", anyOf: [{}], unevaluatedProperties: false }],
    ["oneOf", { oneOf: [{ type: "number" }, { type: "integer" }] }],
    ["type", { type: "frob" }],
    ["enum", { enum: [] }]
  ])("leaves %s out where nothing else says it, and says so", (keyword, schema) => {
    assert.deepStrictEqual(dropped(schema), [keyword])
  })

  it("names the place of what it leaves out", () => {
    const inner = { type: "array", items: { type: "string", not: {} } }
    assert.deepStrictEqual(dropped({ type: "object", properties: { a: inner } }), ["properties.a.items: not"])
  })

  it.each<readonly [string, JsonObject, JsonObject]>([
    ["types by other names", { type: ["str", "null"] }, { type: ["string", "null"] }],
    ["lists of draft 7", { items: [{}], additionalItems: false }, { prefixItems: [{}], items: false }],
    ["bounds of draft 4", { minimum: 0, exclusiveMinimum: true }, { exclusiveMinimum: 0 }],
    [
      "alternatives that cannot both fit",
      { oneOf: [{ type: "string" }, { type: "null" }] },
      { anyOf: [{ type: "string" }, { type: "null" }] }
    ],
    [
      "alternatives that a tag tells apart",
      { oneOf: ["a", "b"].map((tag) => ({ properties: { tag: { const: tag } }, required: ["tag"] })) },
      { anyOf: ["a", "b"].map((tag) => ({ properties: { tag: { const: tag } }, required: ["tag"] })) }
    ],
    [
      "both kinds of alternatives",
      { anyOf: [{ type: "string" }], oneOf: [{ minLength: 1 }], allOf: [{ maxLength: 9 }] },
      { anyOf: [{ type: "string" }], allOf: [{ maxLength: 9 }, { anyOf: [{ minLength: 1 }] }] }
    ],
    [
      "a closed object",
      { type: "object", unevaluatedProperties: false },
      { type: "object", additionalProperties: false }
    ],
    [
      "names of a map's keys",
      { additionalProperties: { type: "string" }, propertyNames: { pattern: "^[A-Z]+$" } },
      { patternProperties: { "^(?:[A-Z]+)$": { type: "string" } }, additionalProperties: false }
    ],
    [
      "a list of a map's keys",
      { propertyNames: { enum: ["a", "b.c"] } },
      { patternProperties: { [String.raw`^(?:a|b\.c)$`]: {} }, additionalProperties: false }
    ],
    [
      "keys that may be any string",
      { additionalProperties: {}, propertyNames: { type: "string" } },
      { additionalProperties: {} }
    ],
    ["a pattern, with its anchors outside", { pattern: "a" }, { pattern: "^(?:(?s:.*)a(?s:.*))$" }]
  ])("says in another way: %s", (_, schema, expected) => {
    assert.deepStrictEqual<JsonObject>(rewritten(schema), expected)
  })

  it("writes the time of day itself: the compiler's has leap seconds at any minute", () => {
    const { pattern = "" } = rewritten({ type: "string", format: "time" })
    assert.match("12:30:59Z", new RegExp(String(pattern)))
    assert.notMatch("12:30:60Z", new RegExp(String(pattern)))
  })

  it("does not demand what may not be there", () => {
    const schema = { type: "object", properties: {}, required: ["a"], additionalProperties: false }
    assert.deepStrictEqual(rewritten(schema), { type: "object", properties: {}, additionalProperties: false })
    assert.deepStrictEqual(dropped(schema), ["required"])
  })

  it("keeps a schema that speaks of itself, wherever its parts stand", () => {
    const node: Json = { type: "object", properties: { next: { $ref: "#/definitions/node" } } }
    const { schema } = simplifySchema({
      definitions: { node },
      properties: { a: { $ref: "#/definitions/node" }, b: { $ref: "#/properties/a" } }
    })
    assert.deepStrictEqual<Json>(
      { ...schema },
      {
        root: { properties: { a: { $ref: "#/$defs/d0" }, b: { $ref: "#/$defs/d0" } } },
        definitions: { d0: { type: "object", properties: { next: { $ref: "#/$defs/d0" } } } }
      }
    )
  })

  it("survives references that lead nowhere, and depth without end", () => {
    assert.deepStrictEqual(dropped({ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } }), ["$ref"])
    const deep = Array.from({ length: 200 }).reduce<JsonObject>((inner) => ({ items: inner }), {})
    assert.lengthOf(dropped(deep), 1)
  })
})

describe("a tool for a grammar", () => {
  const root = (inputSchema: JsonObject): JsonObject => rewriteTool({ name: "f", inputSchema }).tool.schema.root

  it("takes no parameters that its schema does not name, unless the schema speaks of others", () => {
    assert.isFalse(root({ type: "object", properties: {} })["additionalProperties"])
    assert.isTrue(root({ type: "object", properties: {}, additionalProperties: true })["additionalProperties"])
    assert.isUndefined(root({ type: "object" })["additionalProperties"])
  })

  it("takes an object, whatever its schema forgets to say", () => {
    assert.strictEqual(root({})["type"], "object")
  })
})
