import type { JsonObject } from "@pensieve/models"
import type { DeclaredTool } from "./asked-grammar.ts"

const largest = Number.MAX_SAFE_INTEGER

/** Every feature that schemas of agents' tools have, and some that no compiler likes. */
const parameters: JsonObject = {
  file_path: { type: "string", description: "The absolute path to the file to modify", maxLength: 524_288 },
  mode: { type: "string", enum: ["content", "files_with_matches", "count"] },
  "-n": { type: "boolean", default: false },
  limit: { type: "integer", exclusiveMinimum: 0, maximum: largest },
  offset: { type: "integer", minimum: -largest, maximum: largest },
  timeout: { type: "number", minimum: 0.5, maximum: 600_000 },
  ratio: { type: "number", maximum: 1e300, multipleOf: 0.01 },
  todos: {
    type: "array",
    minItems: 1,
    maxItems: 5000,
    uniqueItems: true,
    items: {
      type: "object",
      properties: {
        content: { type: "string", minLength: 1 },
        status: { type: "string", enum: ["pending", "in_progress", "completed"] },
        tags: { type: "array", items: { type: "array", items: { type: "string" } } }
      },
      required: ["content", "status"],
      additionalProperties: false
    }
  },
  target: {
    anyOf: [
      { type: "string", pattern: "^[a-z0-9_-]{1,64}$" },
      { type: "integer" },
      { type: "null" },
      {
        type: "object",
        properties: { id: { type: "string", format: "uuid" } },
        required: ["id"],
        additionalProperties: false
      }
    ]
  },
  kind: { oneOf: [{ type: "number" }, { type: "integer" }] },
  shape: {
    oneOf: ["circle", "square"].map((type) => ({
      type: "object",
      properties: { type: { const: type }, size: { type: "number" } },
      required: ["type"]
    }))
  },
  url: { type: "string", format: "uri" },
  when: { type: "string", format: "date-time" },
  expression: { type: "string", format: "regex" },
  word: { type: "string", pattern: String.raw`^(?!\s)\bword\b` },
  env: { type: "object", additionalProperties: { type: "string" }, propertyNames: { pattern: "^[A-Z_]+$" } },
  options: {
    type: "object",
    properties: { a: { type: "string" }, b: { type: "string" } },
    minProperties: 1,
    dependentRequired: { a: ["b"] },
    not: { required: ["c"] }
  },
  answers: {
    type: "object",
    properties: {},
    additionalProperties: { type: "string" },
    propertyNames: { type: "string" }
  },
  tree: { $ref: "#/$defs/node" },
  both: {
    allOf: [{ type: "object", properties: { x: { type: "integer" } } }, { properties: { y: { type: "string" } } }]
  },
  anything: {},
  list: {
    type: "array",
    items: [{ type: "string" }, { type: "integer" }],
    additionalItems: false,
    contains: { type: "string" }
  },
  pair: { type: ["string", "null"], nullable: true, title: "Pair", examples: ["x"], deprecated: true }
}

const definitions: JsonObject = {
  node: { type: "object", properties: { value: {}, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } } }
}

const names = Object.keys(parameters)

/** So many tools, each with other ones of these parameters. */
export const agentTools = (count: number): ReadonlyArray<DeclaredTool> =>
  Array.from({ length: count }, (_, index) => {
    const own = names.filter((_, place) => (place * 7 + index * 3) % 5 < 2 || place === index % names.length)
    const required = [...own.slice(0, 1 + (index % 3)), ...(index % 10 === 0 ? ["nowhere"] : [])]
    return {
      name: index % 2 === 0 ? `Tool${index}` : `mcp__server-${index}__do_it`,
      inputSchema: {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: Object.fromEntries(own.map((name) => [name, parameters[name] ?? {}])),
        required,
        additionalProperties: false,
        ...(own.includes("tree") ? { $defs: definitions } : {})
      }
    }
  })
