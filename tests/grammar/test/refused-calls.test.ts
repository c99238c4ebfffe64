import { families, type PastCall } from "@pensieve/families"
import type { JsonObject } from "@pensieve/models"
import { assert, describe, it } from "vitest"
import { EngineQuestions } from "../src/ask-engine.ts"
import { grammarOf, writtenCall } from "../src/asked-grammar.ts"
import { familyTokens } from "../src/family-tokens.ts"

const tool = (name: string, properties: JsonObject, required: ReadonlyArray<string>) => ({
  name,
  inputSchema: { type: "object", properties, required, additionalProperties: false }
})

const tools = [
  tool(
    "Read",
    {
      file_path: { type: "string" },
      limit: { type: "integer", minimum: 1 },
      mode: { type: "string", enum: ["text", "bytes"] },
      when: { type: "string", format: "date" },
      tag: { type: "string", pattern: "^[a-z]+$", maxLength: 4 }
    },
    ["file_path"]
  ),
  tool("get", { deep: { type: "object", properties: { n: { type: "number" } }, required: ["n"] } }, ["deep"])
]

const wrong: Readonly<Record<string, PastCall>> = {
  "a tool that nobody declared": { name: "Write", input: { file_path: "x" } },
  "a tool whose name only begins like a declared one": { name: "Reader", input: { file_path: "x" } },
  "a call without what it needs": { name: "Read", input: { limit: 3 } },
  "a call without anything": { name: "Read", input: {} },
  "text where a number belongs": { name: "Read", input: { file_path: "x", limit: "many" } },
  "a number that is too small": { name: "Read", input: { file_path: "x", limit: 0 } },
  "a value that is not in the list": { name: "Read", input: { file_path: "x", mode: "pages" } },
  "a day that is no day": { name: "Read", input: { file_path: "x", when: "2025-02-31" } },
  "text that does not fit its pattern": { name: "Read", input: { file_path: "x", tag: "A1" } },
  "text that is too long": { name: "Read", input: { file_path: "x", tag: "abcde" } },
  "a parameter that does not exist": { name: "Read", input: { file_path: "x", offset: 1 } },
  "a list where an object belongs": { name: "get", input: { deep: [1] } },
  "an object without what it needs": { name: "get", input: { deep: {} } }
}

const right: PastCall = {
  name: "Read",
  input: { file_path: "a b", limit: 1, mode: "bytes", when: "2024-02-29", tag: "abcd" }
}

const engine = new EngineQuestions()

const vocabularies = families.flatMap((family) =>
  [[], familyTokens[family.name] ?? []].map((tokens) => {
    const grammar = grammarOf(family, tools, { addedTokens: tokens })
    const texts = [right, ...Object.values(wrong)].map((call) => writtenCall(family, call))
    return {
      name: family.name,
      ask: engine.add({ tokens, lark: grammar?.lark ?? "", markers: grammar?.markers ?? {}, texts })
    }
  })
)

const accepting = async (which: number): Promise<ReadonlyArray<string>> => {
  const answers = await Promise.all(vocabularies.map(({ ask }) => ask()))
  return vocabularies.filter((_, index) => answers[index]?.verdicts[which] === null).map(({ name }) => name)
}

describe("no family's grammar lets through", () => {
  it.each(Object.keys(wrong).map((name, index) => ({ name, index })))("$name", async ({ index }) => {
    assert.deepEqual(await accepting(index + 1), [])
  })

  it("less than it should: the same call made well is accepted by all", async () => {
    assert.deepEqual(
      await accepting(0),
      vocabularies.map(({ name }) => name)
    )
  })
})
