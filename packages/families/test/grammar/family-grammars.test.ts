import { describe, expect, it } from "@effect/vitest"
import { families, type GrammarRequest, rewriteTool } from "../../src/index.ts"
import { samples } from "../samples.ts"

const tools = [
  {
    name: "Read",
    inputSchema: {
      type: "object",
      properties: {
        file_path: { type: "string" },
        limit: { type: "integer", minimum: 1 },
        mode: { type: "string", enum: ["text", "bytes"] }
      },
      required: ["file_path"],
      additionalProperties: false
    }
  },
  {
    name: "todo",
    inputSchema: {
      type: "object",
      properties: {
        items: { type: "array", items: { type: "object", properties: { done: { type: ["boolean", "null"] } } } }
      },
      required: ["items"]
    }
  }
].map((tool) => rewriteTool(tool).tool)

const request: GrammarRequest = {
  tools,
  choice: "auto",
  parallel: true,
  output: null,
  reasons: false,
  addedTokens: []
}

/** A grammar as a page to read: how it begins and goes on, then its rules. */
const page = (grammar: ReturnType<(typeof families)[number]["grammar"]["plan"]>): string => {
  if (grammar === null) return "none\n"
  const { lark, ...rest } = grammar
  return `${Object.entries(rest)
    .map(([key, value]) => `// ${key}: ${JSON.stringify(value)}`)
    .join("\n")}\n${lark}\n`
}

describe("the grammar of calls to two tools", () => {
  it.each(families.map((family) => ({ name: family.name, family })))("$name", async ({ name, family }) => {
    const addedTokens = samples.find((sample) => sample.family === family)?.markers ?? []
    await expect(page(family.grammar.plan({ ...request, addedTokens }))).toMatchFileSnapshot(
      `../fixtures/grammars/${name}.lark`
    )
  })
})
