import { families } from "@pensieve/families"
import { assert, describe, it } from "vitest"
import { EngineQuestions } from "../src/ask-engine.ts"
import { agentTools } from "../src/agent-tools.ts"
import { grammarOf } from "../src/asked-grammar.ts"
import { familyTokens } from "../src/family-tokens.ts"

const engine = new EngineQuestions()

const cases = [25, 200].flatMap((count) =>
  families.map((family) => {
    const tokens = familyTokens[family.name] ?? []
    const grammar = grammarOf(family, agentTools(count), { addedTokens: tokens })
    const ask = engine.add({ tokens, lark: grammar?.lark ?? "", markers: grammar?.markers ?? {}, texts: [] })
    return { name: family.name, count, ask }
  })
)

describe("the tools of an agent, with everything their schemas hold,", () => {
  it.each(cases)("are a grammar: $count tools in the form of $name", async ({ ask }) =>
    assert.isNull((await ask())?.error)
  )
})
