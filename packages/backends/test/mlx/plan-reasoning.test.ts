import { assert, describe, it } from "@effect/vitest"
import type { ReasoningRequest } from "@pensieve/models"
import { opensReasoning, reasoningBudget, reasoningOptions } from "../../src/mlx/plan-reasoning.ts"
import { conversation } from "../conversation.ts"
import { template } from "./model.ts"

const markers = { start: "<think>", end: "</think>" }
const thinker = { card: { template }, reasoning: markers }
/** No switch, and the template itself opens the thinking. */
const stubborn = { card: { template: { ...template, thinkingOption: null, opensReasoning: true } }, reasoning: markers }

const ask = (reasoning: Partial<ReasoningRequest>, maxTokens?: number) =>
  conversation({
    reasoning: { mode: "auto", display: "full", ...reasoning },
    ...(maxTokens === undefined ? {} : { maxTokens })
  })
const budget = (reasoning: Partial<ReasoningRequest>, maxTokens?: number) =>
  reasoningBudget(ask(reasoning, maxTokens), thinker)?.budget

describe("thinking", () => {
  it("is switched by the template, where it can be", () => {
    assert.deepStrictEqual(reasoningOptions(ask({ mode: "off" }), thinker), { enable_thinking: false })
    assert.deepStrictEqual(reasoningOptions(ask({}), thinker), { enable_thinking: true })
    assert.deepStrictEqual(reasoningOptions(ask({ effort: "none" }), thinker), { enable_thinking: false })
    assert.deepStrictEqual(reasoningOptions(ask({}), stubborn), {})
  })

  it("is measured by the template, where it knows words or numbers for it", () => {
    const words = {
      card: { template: { ...template, thinkingOption: null, text: "{{ reasoning_effort }}" } },
      reasoning: null
    }
    assert.deepStrictEqual(reasoningOptions(ask({ effort: "xhigh" }), words), { reasoning_effort: "high" })
    assert.deepStrictEqual(reasoningOptions(ask({ mode: "off" }), words), { reasoning_effort: "low" })
    assert.deepStrictEqual(reasoningOptions(ask({}), words), {})
    const numbers = { ...words, card: { template: { ...words.card.template, text: "{{ thinking_budget }}" } } }
    assert.deepStrictEqual(reasoningOptions(ask({ mode: "budget", budgetTokens: 99 }), numbers), {
      thinking_budget: 99
    })
  })

  it("gets the client's budget, else what the effort is worth", () => {
    assert.strictEqual(budget({ mode: "budget", budgetTokens: 3000, effort: "low" }), 3000)
    assert.strictEqual(budget({ effort: "low" }), 2048)
    assert.isNull(budget({ effort: "max" }))
    assert.isNull(budget({}))
  })

  it("leaves room for an answer", () => {
    assert.strictEqual(budget({}, 1000), 750)
    assert.strictEqual(budget({ mode: "budget", budgetTokens: 5000 }, 1000), 750)
    assert.strictEqual(budget({ effort: "low" }, 32_000), 2048)
  })

  it("that cannot be switched off is ended before it begins", () => {
    assert.strictEqual(reasoningBudget(ask({ mode: "off" }), stubborn)?.budget, 0)
    assert.isNull(budget({ mode: "off" }))
  })

  it("is open at the end of the prompt where the template opens it and nobody switched it off", () => {
    assert.isTrue(opensReasoning(ask({}), stubborn))
    assert.isTrue(opensReasoning(ask({ mode: "off" }), stubborn))
    const switched = { ...stubborn, card: { template: { ...template, opensReasoning: true } } }
    assert.isTrue(opensReasoning(ask({}), switched))
    assert.isFalse(opensReasoning(ask({ mode: "off" }), switched))
  })

  it("is no business of a model that does not think", () => {
    assert.isUndefined(reasoningBudget(ask({ effort: "low" }), { ...thinker, reasoning: null }))
  })
})
