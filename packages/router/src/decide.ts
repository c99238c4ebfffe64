import type { RoutingFacts } from "./facts.ts"
import { crossesThreshold } from "./long-context.ts"
import { mismatchOf } from "./match-condition.ts"
import { explicitTarget, knownModel, type ResolvedModel, resolveModel } from "./resolve-model.ts"
import type { Replicas, RoutingRules, Target, UserRule } from "./rules.ts"
import { tierOf } from "./tier.ts"

/** One rule, and what became of it. `why` is a sentence for the user. */
export interface RuleTrial {
  readonly rule: string
  /** `skipped`: an earlier rule had won. */
  readonly outcome: "won" | "lost" | "skipped"
  readonly why: string
}

/** The choice, and why. */
export interface Decision {
  /** Where the request goes, if the pool has no better replica. */
  readonly target: Target
  /** All places that may answer: the replicas, then those of each fallback. */
  readonly stages: readonly [Replicas, ...ReadonlyArray<Replicas>]
  /** The chosen model as the configuration names it. */
  readonly model: string
  /** Tokens that fit there, where known. */
  readonly window?: number
  /** The rule that won. */
  readonly rule: string
  /** Every rule there is, in the order of their precedence. */
  readonly trials: ReadonlyArray<RuleTrial>
}

/** What a rule says about a request: the name of a model, or why it does not apply. */
type Verdict = { readonly use: string; readonly why: string } | { readonly not: string }

interface Rule {
  readonly name: string
  readonly judge: (facts: RoutingFacts, rules: RoutingRules) => Verdict
}

const not = (why: string): Verdict => ({ not: why })

const use = (model: string, why: string): Verdict => ({ use: model, why })

/** A rule that sends one kind of request to one configured model. */
const scenario = (
  name: string,
  modelOf: (rules: RoutingRules) => string | undefined,
  reason: (facts: RoutingFacts) => string | undefined,
  otherwise: string
): Rule => ({
  name,
  judge: (facts, rules) => {
    const model = modelOf(rules)
    if (model === undefined) return not("no model is configured for it")
    const why = reason(facts)
    return why === undefined ? not(otherwise) : use(model, why)
  }
})

const explicit: Rule = {
  name: "explicit",
  judge: ({ requestedModel }, { backends, models }) => {
    if (Object.hasOwn(models, requestedModel)) return use(requestedModel, "the request names a configured model")
    const target = explicitTarget(requestedModel, backends)
    return target === undefined
      ? not(`"${requestedModel}" is neither a configured model nor a backend nor of the form backend,model`)
      : use(requestedModel, `the request names ${target.model === undefined ? "a backend" : "backend and model"}`)
  }
}

const userFunction: Rule = {
  name: "function",
  judge: ({ functionAnswer }) => {
    if (functionAnswer.kind === "none") return not("there is none, or it left the choice to the rules")
    return functionAnswer.kind === "failed"
      ? not(functionAnswer.why)
      : use(functionAnswer.model, "the routing function chose it")
  }
}

const subagentTag: Rule = {
  name: "subagentTag",
  judge: ({ subagentModel }) =>
    subagentModel === undefined
      ? not("the prompt holds no tag of a subagent's model")
      : use(subagentModel, "a tag in the subagent's prompt names it")
}

const alias: Rule = {
  name: "alias",
  judge: ({ requestedModel }, rules) => {
    const known = knownModel(requestedModel, rules)
    return known === undefined
      ? not(`"${requestedModel}" is no alias of a configured model`)
      : use(known, `"${requestedModel}" is an alias of it`)
  }
}

const longContext: Rule = {
  name: "longContext",
  judge: (facts, rules) => {
    if (rules.longContext === undefined) return not("no model is configured for it")
    const { crosses, why } = crossesThreshold(facts, rules.longContext.threshold)
    return crosses ? use(rules.longContext.model, why) : not(why)
  }
}

const tierMap: Rule = {
  name: "tier",
  judge: ({ requestedModel }, { tiers }) => {
    const tier = tierOf(requestedModel)
    if (tier === undefined) return not(`"${requestedModel}" names no tier`)
    const model = tiers[tier]
    return model === undefined ? not(`no model is configured for ${tier}`) : use(model, `it asks for ${tier}`)
  }
}

const fallback: Rule = {
  name: "default",
  judge: (_, rules) => use(rules.default, "no other rule applies")
}

const background = scenario(
  "background",
  (rules) => rules.background,
  ({ requestedModel }) => (tierOf(requestedModel) === "haiku" ? "it asks for haiku, as side work does" : undefined),
  "it does not ask for haiku"
)

const webSearch = scenario(
  "webSearch",
  (rules) => rules.webSearch,
  (facts) => (facts.webSearch ? "it offers a web search" : undefined),
  "it offers no web search"
)

const image = scenario(
  "image",
  (rules) => rules.image,
  (facts) => (facts.images ? "it holds an image" : undefined),
  "it holds no image"
)

const think = scenario(
  "think",
  (rules) => rules.think,
  (facts) => (facts.thinking ? "it asks for thinking" : undefined),
  "it asks for no thinking"
)

const userRule = ({ name, when, use: model }: UserRule): Rule => {
  const mismatch = mismatchOf(when)
  return {
    name: `rules.${name}`,
    judge: (facts) => {
      const why = mismatch(facts)
      return why === undefined ? use(model, "all its conditions hold") : not(why)
    }
  }
}

const makeLadder = ({ rules }: RoutingRules): ReadonlyArray<Rule> => [
  explicit,
  userFunction,
  ...rules.map(userRule),
  subagentTag,
  image,
  webSearch,
  longContext,
  background,
  think,
  alias,
  tierMap,
  fallback
]

/** Ladders that were made; a configuration's stays the same for all its requests. */
const ladders = new WeakMap<RoutingRules, ReadonlyArray<Rule>>()

/** All rules of a configuration, the first one first. */
const ladderOf = (rules: RoutingRules): ReadonlyArray<Rule> => {
  const known = ladders.get(rules)
  if (known !== undefined) return known
  const made = makeLadder(rules)
  ladders.set(rules, made)
  return made
}

/** A configuration that names a default nobody knows is refused when it is read; until then the name stands for itself. */
const lastResort = (rules: RoutingRules): ResolvedModel => ({
  name: rules.default,
  stages: [[{ backend: rules.backends[0] ?? "", model: rules.default }]]
})

/**
 * Chooses where a request goes. Pure and total: every request gets an answer, and every rule of the configuration stands in the trace.
 *
 * A rule that names a model which does not exist loses, and says so.
 */
export const decide = (facts: RoutingFacts, rules: RoutingRules): Decision => {
  const trials: Array<RuleTrial> = []
  let winner: { readonly rule: string; readonly model: ResolvedModel } | undefined
  for (const rule of ladderOf(rules)) {
    if (winner !== undefined) {
      trials.push({ rule: rule.name, outcome: "skipped", why: `${winner.rule} had decided` })
      continue
    }
    const verdict = rule.judge(facts, rules)
    if ("not" in verdict) {
      trials.push({ rule: rule.name, outcome: "lost", why: verdict.not })
      continue
    }
    const model = resolveModel(verdict.use, rules) ?? (rule === fallback ? lastResort(rules) : undefined)
    if (model === undefined) {
      trials.push({ rule: rule.name, outcome: "lost", why: `there is no model "${verdict.use}"` })
      continue
    }
    trials.push({ rule: rule.name, outcome: "won", why: verdict.why })
    winner = { rule: rule.name, model }
  }
  const { rule, model } = winner ?? { rule: fallback.name, model: lastResort(rules) }
  return {
    target: model.stages[0][0],
    stages: model.stages,
    model: model.name,
    ...(model.window === undefined ? {} : { window: model.window }),
    rule,
    trials
  }
}
