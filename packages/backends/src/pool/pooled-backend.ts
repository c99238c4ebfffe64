import type { BackendError } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { Effect, Stream } from "effect"
import type { Backend } from "../backend.ts"
import type { Attempts, PoolContext } from "./attempts.ts"
import type { Candidate } from "./candidates.ts"
import { fingerprint } from "./judge-failure.ts"
import { logNext } from "./log-next.ts"
import { passes, pooledPassThrough } from "./pooled-pass-through.ts"
import { serviceOf } from "./service-of.ts"

type Answer = Stream.Stream<GenerationEvent, BackendError>

/** Events that say nothing of the answer: behind them another backend can still take over. */
const preliminary: ReadonlySet<GenerationEvent["type"]> = new Set([
  "accepted",
  "started",
  "prefill",
  "heartbeat",
  "usage"
])

/** What a second backend would only say again. */
const saidOnce: ReadonlySet<GenerationEvent["type"]> = new Set(["accepted", "started"])

/** All who may answer one request, as one backend: who fails before its first word is followed by the next. */
export const pooledBackend = (context: PoolContext, attempts: Attempts): Backend["Service"] => {
  const { passThrough: _, ...first } = serviceOf(attempts.candidate)
  return {
    ...first,
    countTokens: (conversation) => countTokens(attempts, conversation),
    generate: (conversation) => generate(context, attempts, conversation),
    ...(passes(attempts.candidate) ? { passThrough: pooledPassThrough(context, attempts) } : {})
  }
}

/** Counting takes no slot: it is asked for in bursts, and costs little. */
const countTokens = (attempts: Attempts, conversation: Conversation): Effect.Effect<number, BackendError> => {
  const others = attempts.left.flat().filter((candidate) => candidate !== attempts.candidate)
  const count = (candidate: Candidate) => serviceOf(candidate).countTokens(conversation)
  return others.reduce(
    (counted, other) => Effect.catch(counted, (error) => Effect.mapError(count(other), () => error)),
    count(attempts.candidate)
  )
}

const generate = (
  context: PoolContext,
  attempts: Attempts,
  conversation: Conversation,
  said: Set<GenerationEvent["type"]> = new Set()
): Answer =>
  Stream.unwrap(
    Effect.gen(function* () {
      const slot = yield* context.desk.slot
      const candidate = yield* attempts.take(slot)
      let begun = false
      const isNews = ({ type }: GenerationEvent): boolean => {
        if (!preliminary.has(type)) begun = true
        if (!saidOnce.has(type)) return true
        const isNew = !said.has(type)
        said.add(type)
        return isNew
      }
      const events = serviceOf(candidate).generate(conversation)
      return (attempts.alone ? events : Stream.filter(events, isNews)).pipe(
        Stream.onExit((exit) =>
          Effect.sync(() => {
            attempts.settle(candidate, () => fingerprint(conversation), exit)
            slot.giveBack()
          })
        ),
        Stream.catch((error) => {
          if (begun) return Stream.fail(error)
          const next = attempts.after(candidate, error)
          return next.again
            ? Stream.unwrap(Effect.as(logNext(candidate, error), generate(context, attempts, conversation, said)))
            : Stream.fail(next.error)
        })
      )
    })
  )
