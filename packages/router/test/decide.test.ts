import { assert, describe, it } from "@effect/vitest"
import { decide, describeRoute, explainLines, plainFacts, type RoutingFacts, singleBackend } from "@pensieve/router"
import fc from "fast-check"
import { everyRule, factsOf } from "./configured.ts"

const documents: Partial<RoutingFacts> = {
  headers: { "x-team": "docs" },
  body: { metadata: { kind: "write-up" } }
}

/** Every scenario alone, then overlaps: the facts, the rule that must win, and the model it must give. */
const table: ReadonlyArray<readonly [name: string, facts: Partial<RoutingFacts>, rule: string, model: string]> = [
  ["nothing special", {}, "default", "coder"],
  ["backend and model", { requestedModel: "studio,llama" }, "explicit", "studio,llama"],
  ["a backend alone", { requestedModel: "studio" }, "explicit", "studio"],
  ["a backend that does not exist", { requestedModel: "nowhere,llama" }, "default", "coder"],
  ["a configured model", { requestedModel: "seer" }, "explicit", "seer"],
  ["an alias", { requestedModel: "Claude-Next-Custom" }, "alias", "coder"],
  ["a function's answer", { functionAnswer: { kind: "model", model: "docs" } }, "function", "docs"],
  ["a function that failed", { functionAnswer: { kind: "failed", why: "it threw: no" } }, "default", "coder"],
  ["a function's unknown model", { functionAnswer: { kind: "model", model: "nobody" } }, "default", "coder"],
  ["a rule of the user's", documents, "rules.docs", "docs"],
  ["a rule of which half holds", { headers: { "x-team": "docs" } }, "default", "coder"],
  ["a class", { requestClass: "title" }, "rules.side", "small"],
  ["a subagent's tag", { subagentModel: "cloud,big-one" }, "subagentTag", "cloud,big-one"],
  ["a subagent's tag that names nobody", { subagentModel: "nobody" }, "default", "coder"],
  ["an image", { images: true }, "image", "seer"],
  ["a web search", { webSearch: true }, "webSearch", "searcher"],
  ["a long prompt", { promptTokens: 60_000 }, "longContext", "long"],
  ["a prompt just short of it", { promptTokens: 59_999 }, "default", "coder"],
  ["haiku", { requestedModel: "claude-haiku-4-5" }, "background", "small"],
  ["thinking", { thinking: true }, "think", "thinker"],
  ["opus", { requestedModel: "claude-opus-5" }, "tier", "big"],
  ["a tier nobody configured", { requestedModel: "claude-fable-5" }, "default", "coder"],
  [
    "an explicit model and everything else",
    { requestedModel: "coder", images: true, thinking: true },
    "explicit",
    "coder"
  ],
  ["a function over a rule", { ...documents, functionAnswer: { kind: "model", model: "small" } }, "function", "small"],
  ["a rule over an image", { ...documents, images: true }, "rules.docs", "docs"],
  ["an image in a long prompt", { images: true, promptTokens: 100_000 }, "image", "seer"],
  ["a long prompt of haiku", { promptTokens: 100_000, requestedModel: "claude-haiku-4-5" }, "longContext", "long"],
  ["haiku that thinks", { thinking: true, requestedModel: "claude-haiku-4-5" }, "background", "small"],
  ["opus that thinks", { thinking: true, requestedModel: "claude-opus-5" }, "think", "thinker"]
]

describe("decide", () => {
  it.each(table)("sends %s where it belongs", (_, given, rule, model) => {
    const decision = decide(factsOf(given), everyRule)
    assert.deepStrictEqual([decision.rule, decision.model], [rule, model])
  })

  it("sends every model id to the only model there is", () => {
    const decision = decide(plainFacts("claude-3-sonnet-20240229"), singleBackend("mlx"))
    assert.deepStrictEqual(decision.stages, [[{ backend: "mlx" }]])
    assert.strictEqual(describeRoute(decision, { backend: "mlx", model: "Qwen3-4B" }), "mlx/Qwen3-4B; rule=default")
  })

  it("keeps all places that may answer, fallbacks of fallbacks included, and the window", () => {
    const decision = decide(factsOf({ promptTokens: 70_000 }), everyRule)
    assert.deepStrictEqual(decision.stages, [
      [
        { backend: "studio", model: "scout" },
        { backend: "cloud", model: "scout-fp8" }
      ],
      [{ backend: "mlx", model: "Qwen3-Coder" }],
      [{ backend: "mlx", model: "Qwen3-4B" }],
      [{ backend: "mlx" }]
    ])
    assert.strictEqual(decision.window, 1_000_000)
  })

  it("is not caught by fallbacks that go round in a circle", () => {
    const targets = [{ backend: "mlx" }] as const
    const models = {
      a: { targets, aliases: [], fallbacks: ["b"] },
      b: { targets, aliases: [], fallbacks: ["a", "b"] }
    }
    assert.lengthOf(decide(factsOf({ requestedModel: "a" }), { ...everyRule, models, default: "a" }).stages, 2)
  })

  it("tells why each rule lost, won, or was not looked at", () => {
    const { trials } = decide(factsOf({ headers: { "x-team": "shop" }, thinking: true }), everyRule)
    const why = Object.fromEntries(trials.map((trial) => [trial.rule, `${trial.outcome}: ${trial.why}`]))
    assert.strictEqual(why["rules.docs"], `lost: header x-team is "shop", not "docs"`)
    assert.strictEqual(why["think"], "won: it asks for thinking")
    assert.strictEqual(why["tier"], "skipped: think had decided")
  })

  it("tells that a rule names a model which does not exist", () => {
    const { trials } = decide(factsOf({ subagentModel: "nobody" }), everyRule)
    const trial = trials.find(({ rule }) => rule === "subagentTag")
    assert.strictEqual(trial?.why, `there is no model "nobody"`)
  })
})

describe("a conversation near the long-context threshold", () => {
  const coder = { backend: "mlx", model: "Qwen3-Coder", rule: "default", window: 65_536 }
  const long = { backend: "studio", model: "scout", rule: "longContext", window: 1_000_000 }
  const ruleFor = (promptTokens: number, previous: typeof coder) =>
    decide(factsOf({ promptTokens, previous }), everyRule).rule

  it("stays with the model it has while it is near", () => {
    assert.strictEqual(ruleFor(61_000, coder), "default")
    assert.strictEqual(ruleFor(59_000, long), "longContext")
  })

  it("changes once it is clearly on the other side", () => {
    assert.strictEqual(ruleFor(66_001, coder), "longContext")
    assert.strictEqual(ruleFor(53_999, long), "default")
  })

  it("changes when it no longer fits", () => {
    assert.strictEqual(ruleFor(65_600, coder), "longContext")
  })
})

const anyName = fc.oneof(
  fc.string(),
  fc.constantFrom("coder", "studio,x", "nowhere,x", "claude-haiku-4-5", "claude-opus-5", "__proto__", "constructor")
)

const anyFacts: fc.Arbitrary<RoutingFacts> = fc
  .record(
    {
      requestedModel: anyName,
      promptTokens: fc.nat(200_000),
      thinking: fc.boolean(),
      images: fc.boolean(),
      webSearch: fc.boolean(),
      subagentModel: anyName,
      headers: fc.dictionary(fc.string(), fc.string()),
      body: fc.jsonValue(),
      requestClass: fc.constantFrom("main", "subagent", "title", "compaction", "classifier", "probe", "websearch")
    },
    { requiredKeys: [] }
  )
  .map(factsOf)

describe("every decision", () => {
  const names = decide(factsOf(), everyRule).trials.map(({ rule }) => rule)

  it("has one winner, names exactly the rules that exist, and is the same again", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = decide(facts, everyRule)
        assert.deepStrictEqual(
          decision.trials.map(({ rule }) => rule),
          names
        )
        const outcomes = decision.trials.map(({ outcome }) => outcome)
        const won = outcomes.indexOf("won")
        assert.ok(outcomes.slice(0, won).every((outcome) => outcome === "lost"))
        assert.ok(outcomes.slice(won + 1).every((outcome) => outcome === "skipped"))
        assert.strictEqual(decision.trials[won]?.rule, decision.rule)
        assert.ok(everyRule.backends.includes(decision.target.backend))
        assert.deepStrictEqual(decide(facts, everyRule), decision)
      })
    )
  })

  it("can be shown", () => {
    const facts = factsOf({ promptTokens: 70_000 })
    const lines = explainLines(decide(facts, everyRule), facts)
    assert.include(lines, "goes to           studio/scout")
    assert.include(lines, "replicas          cloud/scout-fp8")
    assert.include(lines, "or else           mlx/Qwen3-Coder, mlx/Qwen3-4B, mlx")
    assert.include(lines, "  → longContext: the prompt has 70000 tokens, not less than 60000")
  })
})
