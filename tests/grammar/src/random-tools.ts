import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import fc from "fast-check"

/** A schema, and values that fit it. */
interface Shape {
  readonly schema: JsonObject
  readonly values: fc.Arbitrary<Json>
}

/** A tool, and inputs that fit it. */
export interface RandomTool {
  readonly name: string
  readonly inputSchema: JsonObject
  readonly inputs: fc.Arbitrary<JsonObject>
}

const shape = (schema: JsonObject, values: fc.Arbitrary<Json>): Shape => ({ schema, values })

const text = fc.oneof(
  fc.constantFrom(
    "",
    "x",
    "a b",
    "12",
    "true",
    "null",
    '"',
    "it's",
    "a, b=(c)",
    "C:\\new\\table",
    "<b>&amp;</b>",
    "{",
    "]"
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("line one\nline two\n", "\ttab", "日本語 🎉", "#include <functional>", "std::vector<int> v;")
)

/** Beside a list or an object of the same union a bounded string cannot begin with a bracket. */
const bounded = fc.string({ minLength: 1, maxLength: 8 }).filter((value) => !/^[[{]/.test(value))

const formats: ReadonlyArray<readonly [string, fc.Arbitrary<string>]> = [
  ["uuid", fc.uuid()],
  ["ipv4", fc.ipV4()],
  [
    "date",
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((day) => day.toISOString().slice(0, 10))
  ],
  [
    "date-time",
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((day) => day.toISOString())
  ],
  ["uri", fc.webUrl()],
  ["email", fc.constantFrom("a@b.de", "john.smith@example.com")],
  ["duration", fc.constantFrom("P1D", "PT5M")],
  ["regex", fc.constantFrom("^a+$", "[0-9]")]
]

const patterns: ReadonlyArray<readonly [string, fc.Arbitrary<string>]> = [
  ["^[a-z0-9_-]{1,64}$", fc.stringMatching(/^[a-z0-9_-]{1,20}$/)],
  ["^/", text.map((rest) => `/${rest}`)],
  [String.raw`^\d{4}-\d{2}$`, fc.constantFrom("2025-01", "1999-12")],
  ["^(?:foo|bar)$|^baz", fc.constantFrom("foo", "bar", "bazaar")],
  ["^(?!bad)[a-z]+$", fc.constantFrom("good", "better")],
  [String.raw`\bword\b`, fc.constantFrom("a word here")],
  [String.raw`^[^\s/\[\]]+$`, fc.constantFrom("abc", "a-b&c")]
]

const strings = fc.oneof(
  { weight: 4, arbitrary: fc.constant(shape({ type: "string" }, text)) },
  fc.constant(shape({ type: "string", minLength: 1, maxLength: 8 }, bounded)),
  fc.constant(shape({ type: "string", maxLength: 524288, description: "long" }, text)),
  fc.constant(shape({ type: ["string", "null"] }, fc.option(text, { nil: null }))),
  fc.constantFrom(...formats).map(([format, values]) => shape({ type: "string", format }, values)),
  fc.constantFrom(...patterns).map(([pattern, values]) => shape({ type: "string", pattern }, values)),
  fc.constant(
    shape(
      { type: "string", enum: ["content", "files_with_matches", "count", "a b"] },
      fc.constantFrom("content", "count", "a b")
    )
  ),
  fc.constant(shape({ enum: ["up", 3, null, true] }, fc.constantFrom<Json>("up", 3, null, true))),
  fc.constant(shape({ const: "fixed" }, fc.constant("fixed")))
)

const numbers = fc.oneof(
  fc.constant(shape({ type: "integer" }, fc.integer())),
  fc.constant(shape({ type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, fc.maxSafeNat())),
  fc.constant(shape({ type: "integer", exclusiveMinimum: 0, maximum: 50 }, fc.integer({ min: 1, max: 50 }))),
  fc.constant(
    shape(
      { type: "integer", multipleOf: 5 },
      fc.integer({ min: -100, max: 100 }).map((n) => n * 5)
    )
  ),
  fc.constant(shape({ type: "number" }, fc.constantFrom(0, -1.5, 1e21, 3.25e-7, 12))),
  fc.constant(shape({ type: "number", minimum: 0.5, maximum: 600000 }, fc.constantFrom(0.5, 17.25, 600000)))
)

const plain = fc.oneof(
  { weight: 4, arbitrary: strings },
  { weight: 2, arbitrary: numbers },
  fc.constant(shape({ type: "boolean", default: false }, fc.boolean())),
  fc.constant(shape({ type: "null" }, fc.constant(null)))
)

const keys = fc.constantFrom(
  "path",
  "file_path",
  "n",
  "-i",
  "limit",
  "mode",
  "a.b",
  "options",
  "Über",
  "q",
  "x1",
  "y",
  "todos"
)

const listOf = ({ schema, values }: Shape): Shape =>
  shape({ type: "array", items: schema, minItems: 1, maxItems: 64 }, fc.array(values, { minLength: 1, maxLength: 3 }))

const freeListOf = ({ schema, values }: Shape): Shape =>
  shape(
    { type: "array", items: schema, uniqueItems: true },
    fc.uniqueArray(values, { maxLength: 3, selector: (value) => JSON.stringify(value) })
  )

const pairOf = ([one, two]: readonly [Shape, Shape]): Shape =>
  shape({ type: "array", prefixItems: [one.schema, two.schema], items: false }, fc.tuple(one.values, two.values))

const either = ([one, two]: readonly [Shape, Shape]): Shape =>
  shape({ anyOf: [one.schema, two.schema] }, fc.oneof(one.values, two.values))

const mapOf = ({ schema, values }: Shape): Shape =>
  shape(
    { type: "object", additionalProperties: schema, propertyNames: { type: "string", pattern: "^[A-Z_]+$" } },
    fc.dictionary(fc.stringMatching(/^[A-Z_]{1,6}$/), values, { maxKeys: 2, noNullPrototype: true })
  )

const tree: Shape = shape(
  { $ref: "#/$defs/node" },
  fc.letrec<{ node: JsonObject }>((tie) => ({
    node: fc
      .tuple(fc.integer(), fc.oneof({ maxDepth: 2 }, fc.constant(null), fc.array(tie("node"), { maxLength: 2 })))
      .map(([id, children]): JsonObject => (children === null ? { id } : { id, children }))
  })).node
)

const node: JsonObject = {
  type: "object",
  properties: { id: { type: "integer" }, children: { type: "array", items: { $ref: "#/$defs/node" } } },
  required: ["id"],
  additionalProperties: false
}

const { nested } = fc.letrec<{ nested: Shape }>((tie) => ({
  nested: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    plain,
    plain,
    tie("nested").map(listOf),
    tie("nested").map(freeListOf),
    tie("nested").map(mapOf),
    fc.tuple(tie("nested"), tie("nested")).map(pairOf),
    fc.tuple(tie("nested"), plain).map(either),
    fc.constant(tree),
    objects(tie("nested"))
  )
}))

function objects(parts: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> {
  return fc
    .uniqueArray(fc.tuple(keys, parts, fc.boolean()), { maxLength: 4, selector: ([key]) => key })
    .map((members) => {
      const schema: JsonObject = {
        type: "object",
        properties: Object.fromEntries(members.map(([key, part]) => [key, part.schema])),
        required: members.filter(([, , required]) => required).map(([key]) => key),
        additionalProperties: false
      }
      const entries = members.map(([key, part, required]) =>
        required
          ? part.values.map((value): ReadonlyArray<readonly [string, Json]> => [[key, value]])
          : fc
              .option(part.values, { nil: undefined })
              .map((value) => (value === undefined ? [] : [[key, value] as const]))
      )
      return shape(
        schema,
        fc.tuple(...entries).map((written) => Object.fromEntries(written.flat()))
      )
    })
}

const names = fc.constantFrom(
  "Read",
  "Read_file",
  "Edit",
  "Bash",
  "mcp__files__read",
  "get",
  "get_weather",
  "f",
  "todo_write",
  "web-search"
)

/** Tools of one request: names of their own, schemas of everything that schemas are made of. */
export const randomTools: fc.Arbitrary<ReadonlyArray<RandomTool>> = fc.uniqueArray(
  fc.tuple(names, objects(nested)).map(([name, { schema, values }]): RandomTool => ({
    name,
    inputSchema: JSON.stringify(schema).includes("#/$defs/") ? { ...schema, $defs: { node } } : schema,
    inputs: values.map((value) => (isJsonObject(value) ? value : {}))
  })),
  { minLength: 1, maxLength: 4, selector: ({ name }) => name }
)
