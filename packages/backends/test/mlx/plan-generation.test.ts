import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { arrangeFor, callsAllowed, planGeneration, unenforced } from "../../src/mlx/plan-generation.ts"
import { conversation as someConversation } from "../conversation.ts"
import { card, model, template } from "./model.ts"

const conversation = someConversation({ tools: [], stopSequences: ["END"] })
const plan = (change: Partial<Conversation> = {}) => {
  const changed = { ...conversation, ...change }
  return planGeneration(changed, arrangeFor(changed, model), model)
}

describe("what the engine is asked", () => {
  it("lets the request's sampling beat the model's own, and that the family's", () => {
    assert.deepStrictEqual(plan().sampling, { temperature: 0.6, topP: 0.95, topK: 20 })
    assert.deepStrictEqual(plan({ sampling: { temperature: 0, seed: 7 } }).sampling, {
      temperature: 0,
      topP: 0.95,
      topK: 20,
      seed: 7
    })
  })

  it("turns thinking off and on through the template, where it has a switch", () => {
    assert.deepStrictEqual(plan().templateOptions, { enable_thinking: false })
    assert.deepStrictEqual(plan({ reasoning: { mode: "auto", display: "full" } }).templateOptions, {
      enable_thinking: true
    })
    const plain = { ...model, card: { ...card, template: { ...template, thinkingOption: null } } }
    assert.isUndefined(planGeneration(conversation, arrangeFor(conversation, plain), plain).templateOptions)
  })

  it("has the thinking that a budget allows ended by the engine", () => {
    const thinker = { ...model, reasoning: { start: "<think>", end: "</think>" } }
    const asked = { ...conversation, reasoning: { mode: "budget", budgetTokens: 2048, display: "full" } } as const
    const { reasoning } = planGeneration(asked, arrangeFor(asked, thinker), thinker)
    assert.deepStrictEqual(reasoning, { start: "<think>", end: "</think>", budget: 2048 })
    assert.isUndefined(plan({ reasoning: asked.reasoning }).reasoning)
  })

  it("is told how the model writes its thinking, also without a budget", () => {
    const thinker = { ...model, reasoning: { start: "<think>", end: "</think>" } }
    const { reasoning } = planGeneration(conversation, arrangeFor(conversation, thinker), thinker)
    assert.deepStrictEqual(reasoning, { start: "<think>", end: "</think>", budget: null })
  })

  it("is told up to which message the client wants its prompt cached", () => {
    const hints = (cacheBreakpoints: ReadonlyArray<number>) => ({ requestClass: "main", cacheBreakpoints }) as const
    const turns = [
      ...conversation.turns,
      { role: "system", parts: [{ type: "text", text: "Be quick." }] },
      { role: "assistant", parts: [{ type: "text", text: "Hello." }] },
      { role: "user", parts: [{ type: "text", text: "Go on." }] }
    ] as const
    const cachePoint = (...points: ReadonlyArray<number>) => plan({ turns, hints: hints(points) }).cachePoint
    assert.isUndefined(cachePoint())
    assert.deepStrictEqual([cachePoint(-1), cachePoint(-1, 0), cachePoint(-1, 3)], [1, 2, 4])
  })

  it("tells the chances of tokens to whoever asks", () => {
    assert.strictEqual(plan({ topLogprobs: 0 }).logprobs, 0)
    assert.isUndefined(plan().logprobs)
  })

  it("is told the names of all turns", () => {
    const turns = [...conversation.turns, { role: "assistant", parts: [{ type: "text", text: "Hello." }] }] as const
    const named = plan({ turns })
    assert.deepStrictEqual(
      named.turnKeys?.map(({ message }) => message),
      [0, 1]
    )
    assert.notDeepEqual(plan({ turns, reasoning: { mode: "auto", display: "full" } }).turnKeys, named.turnKeys)
  })

  it("asks for what the window holds when the client names no limit, and for nothing when it says 0", () => {
    assert.strictEqual(plan().maxTokens, 4096)
    assert.strictEqual(plan({ maxTokens: 0 }).maxTokens, 0)
  })

  it("knows the engine's words for the classes of work", () => {
    assert.strictEqual(plan({ hints: { requestClass: "websearch", cacheBreakpoints: [] } }).class, "subagent")
    assert.strictEqual(plan({ hints: { requestClass: "title", cacheBreakpoints: [] } }).class, "title")
  })

  it("passes the client's stop sequences on", () => assert.include(plan().stop ?? [], "END"))
})

describe("what is not enforced", () => {
  it("is told, and only that", () => {
    assert.deepStrictEqual(unenforced(conversation), [])
    const asked = { ...conversation, toolChoice: { type: "any" }, output: { type: "json" } } as const
    assert.deepStrictEqual(
      unenforced(asked).map((notice) => notice.field),
      ["tool_choice", "output_config.format"]
    )
  })

  it("takes a call as text when no tool may be called", () => {
    const tools = [{ name: "Read", inputSchema: {}, deferred: false, eager: false }]
    assert.isFalse(callsAllowed(conversation))
    assert.isFalse(callsAllowed({ ...conversation, tools, toolChoice: { type: "none" } }))
    assert.isTrue(callsAllowed({ ...conversation, tools }))
  })
})
