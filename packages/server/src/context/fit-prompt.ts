import type { Backend } from "@pensieve/backends"
import { type BackendError, PromptTooLong } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import { Effect, Option } from "effect"
import { type ContextPolicy, promptLimit, sumsUp } from "./prompt-limit.ts"
import { shortenResults } from "./shorten-results.ts"

/** What is known of a prompt's length without counting. */
export interface PromptEstimate {
  readonly tokens: number
  /** It is the last turn's own count, and what was added since. */
  readonly fromLastTurn: boolean
}

/** Part of the limit from which on an estimate is not good enough. */
const doubtful = { fromLastTurn: 0.9, guessed: 0.7 }
/** How far a count may be off where it is itself an estimate. */
const tolerance = 1.1
/** How often a conversation is counted while it is shortened, at most. */
const mostCounts = 4
/** Characters that a token has, before the first count told better. */
const usualCharacters = 3

type Counting = (conversation: Conversation) => Effect.Effect<Option.Option<number>>

/**
 * Refuses a prompt that leaves too little room, before anything is computed for it; the request that sums a conversation up is shortened
 * until it fits. It is counted only where an estimate leaves a doubt.
 *
 * @param window tokens of prompt and answer together
 * @returns the conversation as it goes on
 */
export const fitPrompt = (
  backend: Backend["Service"],
  conversation: Conversation,
  window: number | undefined,
  estimate: PromptEstimate,
  policy: ContextPolicy
): Effect.Effect<Conversation, BackendError> => {
  if (window === undefined) return Effect.succeed(conversation)
  const limit = promptLimit(conversation, window, policy)
  return estimate.tokens <= limit * (estimate.fromLastTurn ? doubtful.fromLastTurn : doubtful.guessed)
    ? Effect.succeed(conversation)
    : fitCounted(backend, conversation, window, limit)
}

const fitCounted = (
  backend: Backend["Service"],
  conversation: Conversation,
  window: number,
  limit: number
): Effect.Effect<Conversation, BackendError> =>
  Effect.gen(function* () {
    const known = yield* Effect.option(backend.capabilities)
    const guesses = Option.isSome(known) && known.value.estimatesTokens === true
    // A server that counts better than this one has the last word on its own window.
    if (guesses && limit === window) return conversation
    const count: Counting = (one) => Effect.option(backend.countTokens(one))
    const counted = yield* count(conversation)
    if (Option.isNone(counted) || counted.value <= (guesses ? limit * tolerance : limit)) return conversation
    if (!sumsUp(conversation)) return yield* new PromptTooLong({ promptTokens: counted.value, window: limit })
    const shorter = yield* shortenTo(limit, { conversation, tokens: counted.value }, count)
    if (guesses || shorter.tokens <= window) return shorter.conversation
    return yield* new PromptTooLong({ promptTokens: counted.value, window })
  })

interface Counted {
  readonly conversation: Conversation
  readonly tokens: number
}

/** Cuts more and more, by what the last cut was worth in tokens, as long as there is something to cut. */
const shortenTo = (limit: number, whole: Counted, count: Counting): Effect.Effect<Counted> =>
  Effect.gen(function* () {
    let shortest = whole
    let perToken = usualCharacters
    let wanted = 0
    let lastCut = 0
    for (let round = 0; round < mostCounts && shortest.tokens > limit; round++) {
      wanted += Math.ceil((shortest.tokens - limit) * perToken)
      const { conversation, cut } = shortenResults(whole.conversation, wanted)
      if (cut <= lastCut) return shortest
      lastCut = cut
      const counted = yield* count(conversation)
      if (Option.isNone(counted)) return shortest
      shortest = { conversation, tokens: counted.value }
      if (counted.value < whole.tokens) perToken = Math.max(1, cut / (whole.tokens - counted.value))
    }
    return shortest
  })
