import type { ChosenBackend } from "@pensieve/backends"
import type { BackendError } from "@pensieve/errors"
import type { Conversation, Usage } from "@pensieve/models"
import {
  decide,
  type Decision,
  describeRoute,
  estimateTokens,
  factsOf,
  type FunctionAnswer,
  needsExactCount,
  plainFacts,
  type RoutedRequest,
  type RoutingFacts
} from "@pensieve/router"
import { Effect, Option } from "effect"
import type { AnswerCache } from "./cache/cache-policy.ts"
import type { PromptEstimate } from "./context/fit-prompt.ts"
import type { ContextPolicy } from "./context/prompt-limit.ts"
import { LastTurns, type RememberedTurn, tokensOf } from "./last-turns.ts"
import { type Arrangement, hasChoice } from "./routing.ts"
import type { RoutingFunction } from "./routing-function.ts"
import { withoutTag } from "./without-tag.ts"

/** A request on its way to a backend. */
export interface Routed extends ChosenBackend {
  readonly decision: Decision
  /** As the backend gets it. */
  readonly conversation: Conversation
  readonly context: ContextPolicy
  /** What is known of its prompt's length. */
  readonly estimate: PromptEstimate
  /** What was answered before may answer it. */
  readonly cache: AnswerCache | undefined
  /** What a client of the backend's own API sent may go on as it is. */
  readonly passable: boolean
  /** The route in one line. */
  readonly describe: () => string
  /** Remembers how the turn went, once it is over. */
  readonly remember: (usage: Usage | undefined) => void
}

/** A request, and the size of its body. */
export interface SizedRequest extends RoutedRequest {
  readonly bodyBytes: number
}

/** Chooses who answers a request, and makes it ready for that. */
export const routeRequest = (
  arrangement: Arrangement,
  request: SizedRequest
): Effect.Effect<Routed, BackendError, LastTurns> =>
  Effect.gen(function* () {
    const { conversation } = request
    const lastTurns = yield* LastTurns
    const { pool, sampling } = arrangement
    const last = lastTurns.get(conversation.hints.cacheAffinity)
    const estimated = estimateTokens(request.bodyBytes, last)
    const { facts, decision } = hasChoice(arrangement)
      ? yield* weigh(arrangement, request, estimated, last)
      : byName(arrangement, conversation.model)
    const chosen = yield* pool.choose(decision, conversation.hints)
    const defaults = Object.hasOwn(sampling, decision.model) ? sampling[decision.model] : undefined
    const untagged = facts.subagentModel === undefined ? conversation : withoutTag(conversation)
    return {
      ...chosen,
      decision,
      conversation: defaults === undefined ? untagged : withSampling(untagged, defaults),
      context: arrangement.context ?? {},
      estimate: { tokens: estimated, fromLastTurn: tellsMost(last, request) },
      cache: arrangement.cache,
      passable: defaults === undefined,
      describe: () => describeRoute(decision, chosen.target()),
      remember: (usage) => {
        if (usage === undefined) return
        const { rule, window } = decision
        lastTurns.set(conversation.hints.cacheAffinity, {
          tokens: tokensOf(usage),
          bodyBytes: request.bodyBytes,
          route: { ...chosen.target(), rule, ...(window === undefined ? {} : { window }) }
        })
      }
    }
  })

/** Whether the last turn tells most of a prompt's length. Side work of the same conversation, which is short, tells little. */
const tellsMost = (last: RememberedTurn | undefined, { bodyBytes }: SizedRequest): boolean =>
  last !== undefined && bodyBytes >= last.bodyBytes && bodyBytes <= 2 * last.bodyBytes

interface Weighed {
  readonly facts: RoutingFacts
  readonly decision: Decision
}

/** What can be said of a request when nothing but its model's name is known. */
export const byName = ({ rules }: Arrangement, model: string): Weighed => {
  const facts = plainFacts(model)
  return { facts, decision: decide(facts, rules) }
}

/** Decides by all facts; the prompt is counted only where an estimate is not good enough. */
const weigh = (
  { rules, pool, choose }: Arrangement,
  request: SizedRequest,
  estimated: number,
  last: RememberedTurn | undefined
): Effect.Effect<Weighed, BackendError> =>
  Effect.gen(function* () {
    const { conversation } = request
    const known = last === undefined ? {} : { previous: last.route }
    const wanted = { ...rules, all: choose !== undefined }
    const plain = factsOf(request, { ...known, promptTokens: estimated, exactTokens: false }, wanted)
    const facts = choose === undefined ? plain : { ...plain, functionAnswer: yield* ask(choose, plain) }
    const decision = decide(facts, rules)
    const { longContext } = rules
    if (longContext === undefined || !needsExactCount(estimated, longContext.threshold)) return { facts, decision }
    const { backend } = yield* pool.choose(decision, conversation.hints)
    const counted = yield* Effect.option(backend.countTokens(conversation))
    if (Option.isNone(counted)) return { facts, decision }
    const exact = { ...facts, promptTokens: counted.value, exactTokens: true }
    return { facts: exact, decision: decide(exact, rules) }
  })

/** A function that fails is the user's to mend: he is told. */
const ask = (choose: RoutingFunction, facts: RoutingFacts): Effect.Effect<FunctionAnswer> =>
  Effect.tap(choose(facts), (answer) =>
    answer.kind === "failed"
      ? Effect.annotateLogs(Effect.logWarning("routing function"), { why: answer.why })
      : Effect.void
  )

/** What is changed cannot go on as it was sent. */
const withSampling = (conversation: Conversation, defaults: Conversation["sampling"]): Conversation => ({
  ...conversation,
  sampling: { ...defaults, ...conversation.sampling },
  source: { dialect: "changed", body: conversation.source.body }
})
