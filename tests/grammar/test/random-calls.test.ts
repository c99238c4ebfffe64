import { families, type PastCall } from "@pensieve/families"
import fc from "fast-check"
import { isDeepStrictEqual } from "node:util"
import { assert, describe, it } from "vitest"
import { EngineQuestions } from "../src/ask-engine.ts"
import { grammarOf, readCalls, writtenCall } from "../src/asked-grammar.ts"
import { familyTokens } from "../src/family-tokens.ts"
import { randomTools } from "../src/random-tools.ts"

const toolSets = 12
const seed = 20_251

const requests = fc.sample(
  randomTools.chain((tools) =>
    fc
      .array(
        fc.constantFrom(...tools).chain(({ name, inputs }) => inputs.map((input): PastCall => ({ name, input }))),
        {
          minLength: 6,
          maxLength: 6
        }
      )
      .map((calls) => ({ tools, calls }))
  ),
  { numRuns: toolSets, seed }
)

const vocabularies = families.flatMap((family) =>
  [[], familyTokens[family.name] ?? []].map((tokens) => ({
    family,
    tokens,
    name: `${family.name}, ${tokens.length === 0 ? "markers as text" : "markers as tokens"}`
  }))
)

const engine = new EngineQuestions()

/** Only what the family's own parser reads back can be asked for: some strings cannot be written in some forms. */
const tried = ({ family, tokens }: (typeof vocabularies)[number]) =>
  requests.map(({ tools, calls }) => {
    const grammar = grammarOf(family, tools, { addedTokens: tokens })
    const texts = calls
      .map((call) => ({ call, text: writtenCall(family, call) }))
      .filter(({ call, text }) => isDeepStrictEqual(readCalls(family, text, tools, tokens), [call]))
      .map(({ text }) => text)
    const ask = engine.add({ tokens, lark: grammar?.lark ?? "", markers: grammar?.markers ?? {}, texts })
    return { texts, ask, tools: tools.map(({ name, inputSchema }) => ({ name, inputSchema })) }
  })

describe("a call that fits its schema, as the family writes it", () => {
  const cases = vocabularies.map((vocabulary) => ({ name: vocabulary.name, asked: tried(vocabulary) }))

  it.each(cases)("is accepted: $name", async ({ asked }) => {
    const problems: Array<string> = []
    for (const { texts, tools, ask } of asked) {
      const { error, verdicts } = (await ask()) ?? { error: "no answer", verdicts: [] }
      if (error !== null) problems.push(JSON.stringify({ error, tools }))
      verdicts.forEach((verdict, which) => {
        if (verdict !== null) problems.push(JSON.stringify({ verdict, text: texts[which], tools }))
      })
    }
    assert.deepEqual(problems.slice(0, 1), [])
    assert.isAbove(asked.flatMap(({ texts }) => texts).length, toolSets * 3)
  })
})
