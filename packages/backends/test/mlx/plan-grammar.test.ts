import { assert, describe, it } from "@effect/vitest"
import { detectFamily } from "@pensieve/families"
import type { BridgeModel, Conversation, ToolDefinition, Turn } from "@pensieve/models"
import { GrammarPlans } from "../../src/mlx/grammar-plans.ts"
import { planGrammar } from "../../src/mlx/plan-grammar.ts"
import type { LoadedModel } from "../../src/mlx/plan-generation.ts"
import { conversation as someConversation } from "../conversation.ts"
import { card } from "./model.ts"

const conversation = someConversation({ tools: [] })

const tool = (name: string, properties = {}): ToolDefinition => ({
  name,
  inputSchema: { type: "object", properties },
  deferred: false,
  eager: false
})
const tools = [tool("Read", { path: { type: "string" } }), tool("Bash", { command: { type: "string", not: {} } })]

const modelOf = (change: Partial<BridgeModel> = {}, thinks = false): LoadedModel => {
  const model = { ...card, ...change }
  const family = detectFamily({
    templateText: model.template.text,
    addedTokens: model.addedTokens,
    architecture: model.architecture
  })
  return { card: model, family, reasoning: thinks ? { start: "<think>", end: "</think>" } : null }
}

const plan = (change: Partial<Conversation>, model = modelOf(), continues = false) =>
  planGrammar({ ...conversation, ...change }, model, continues)
const grammar = (change: Partial<Conversation>, model = modelOf()) => plan(change, model)?.grammar

describe("what the engine is to hold an answer to", () => {
  it("is nothing where nothing is asked for", () => assert.isNull(plan({})))

  it("is calls from their marker on, where the model is free to call", () => {
    const free = grammar({ tools })
    assert.strictEqual(free?.begin, "on-trigger")
    assert.deepStrictEqual(free?.triggers, [{ marker: "<tool_call>" }])
    assert.strictEqual(free?.after, "free")
    assert.strictEqual(grammar({ tools, parallelToolCalls: false })?.after, "end")
  })

  it("leaves out a deferred tool until the conversation names it", () => {
    const withLate = [...tools, { ...tool("Late"), deferred: true }]
    const named: Turn = { role: "user", parts: [{ type: "tool-reference", name: "Late" }] }
    assert.notInclude(grammar({ tools: withLate })?.lark, "Late")
    assert.include(grammar({ tools: withLate, turns: [named] })?.lark, "Late")
  })

  it("is a call at once where one is demanded, of the tool that is named", () => {
    const any = grammar({ tools, toolChoice: { type: "any" } })
    const named = grammar({ tools, toolChoice: { type: "tool", name: "Bash" } })
    assert.deepStrictEqual([any?.begin, any?.after], ["at-once", "free"])
    assert.deepStrictEqual([named?.begin, named?.after, named?.triggers], ["at-once", "end", []])
    assert.include(any?.lark, "Read")
    assert.notInclude(named?.lark, "Read")
  })

  it("is no call at all where none may be made", () => {
    const none = grammar({ tools, toolChoice: { type: "none" } })
    assert.deepStrictEqual([none?.lark, none?.forbid], ["", ["<tool_call>"]])
  })

  it("is the answer's own form, or a call where tools are offered", () => {
    const output = { type: "json-schema", schema: { type: "object", properties: { title: {} } } } as const
    const alone = grammar({ output })
    const either = grammar({ output, tools })
    assert.deepStrictEqual([alone?.begin, alone?.after], ["at-once", "end"])
    assert.notInclude(alone?.lark, "Read")
    assert.include(either?.lark, "Read")
    assert.include(either?.lark, "title")
    assert.include(grammar({ output: { type: "json" } })?.lark, '"type":"object"')
  })

  it("waits for the end of the model's thoughts, unless it was told to have none", () => {
    const forced = { tools, toolChoice: { type: "any" } } as const
    const thinking = { reasoning: { mode: "auto", display: "full" } } as const
    assert.strictEqual(grammar({ ...forced, ...thinking }, modelOf({}, true))?.begin, "after-reasoning")
    assert.strictEqual(grammar(forced, modelOf({}, true))?.begin, "at-once")
    const always = { ...card.template, thinkingOption: null, opensReasoning: true }
    assert.strictEqual(grammar(forced, modelOf({ template: always }, true))?.begin, "after-reasoning")
  })

  it("is nothing where the tokenizer cannot carry grammars, or the client has begun the answer itself", () => {
    assert.isNull(plan({ tools }, modelOf({ grammar: false })))
    assert.isNull(plan({ output: { type: "json" } }, modelOf(), true))
    assert.isNotNull(plan({ tools }, modelOf(), true))
  })

  it("tells which rules of the schemas it leaves out", () => {
    const [notice, ...others] = plan({ tools })?.notices ?? []
    assert.deepStrictEqual(others, [])
    assert.match(notice?.message ?? "", /rule not at properties\.command of the schema of Bash/)
  })
})

describe("grammars that were made before", () => {
  const model = modelOf()

  it("are used again for the same tools, whatever their descriptions say", () => {
    const plans = new GrammarPlans()
    const first = plans.of({ ...conversation, tools }, model, false)
    const renamed = tools.map((tool) => ({ ...tool, description: "another" }))
    const second = plans.of({ ...conversation, tools: renamed }, model, false)
    assert.strictEqual(second.plan, first.plan)
    assert.notStrictEqual(plans.of({ ...conversation, tools: tools.slice(1) }, model, false).plan, first.plan)
  })

  it("stay as loose as the compiler made them, for the tool that it refused alone", () => {
    const plans = new GrammarPlans()
    const asked = { ...conversation, tools }
    const { key } = plans.of(asked, model, false)
    plans.loosen(key, asked, model, { tools: new Set(["Read"]), output: false })
    const { plan } = plans.of(asked, model, false)
    assert.notInclude(plan?.grammar.lark, '"path"')
    assert.include(plan?.grammar.lark, '"command"')
    assert.isTrue(plan?.notices.some(({ code }) => code === "tool-schema-not-enforced"))
  })

  it("are given up where nothing that was refused can be named", () => {
    const plans = new GrammarPlans()
    const asked = { ...conversation, tools }
    const { key } = plans.of(asked, model, false)
    assert.isNull(plans.loosen(key, asked, model, { tools: new Set(), output: false }))
    assert.isNull(plans.of(asked, model, false).plan)
  })
})
