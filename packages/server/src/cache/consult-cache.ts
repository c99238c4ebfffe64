import type { BackendError } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { Effect, Exit, Metric, Stream } from "effect"
import { Exchanges } from "../exchange/exchanges.ts"
import type { Routed } from "../route-request.ts"
import { cacheKey } from "./cache-key.ts"
import { type AnswerCache, mayBeCached } from "./cache-policy.ts"
import { AnswerRecorder, readRecorded } from "./recorded-answer.ts"

type Answer = Stream.Stream<GenerationEvent, BackendError>

/** What the cache has to say of a request. */
export interface Consulted {
  readonly outcome: "hit" | "miss" | "bypass"
  /** The answer: the one that is kept, or the fresh one, which is kept once it is whole. */
  readonly answer: (fresh: () => Answer) => Answer
}

const outcomes = Metric.counter("pensieve_cache_requests_total", {
  description: "Requests for an answer, by whether an earlier answer was given.",
  incremental: true
})

const bypass: Consulted = { outcome: "bypass", answer: (fresh) => fresh() }

/** Looks whether a request was answered before. */
export const consultCache = (
  routed: Routed,
  conversation: Conversation,
  headers: Readonly<Record<string, string | undefined>>
): Effect.Effect<Consulted, never, Exchanges> => {
  const { cache } = routed
  return cache === undefined || !mayBeCached(conversation, headers, cache.policy)
    ? Effect.succeed(bypass)
    : lookUp(routed, cache, conversation)
}

const lookUp = (
  { decision, backend, target }: Routed,
  cache: AnswerCache,
  conversation: Conversation
): Effect.Effect<Consulted, never, Exchanges> =>
  Effect.gen(function* () {
    const [replicas] = decision.stages
    const places = replicas.map((one) => `${cache.placeOf?.(one.backend) ?? ""} ${one.model ?? ""}`)
    const key = cacheKey(conversation, [decision.model, backend.model, ...places])
    const text = yield* cache.store.get(key)
    const kept = text === undefined ? undefined : readRecorded(text)
    const outcome = kept === undefined ? "miss" : "hit"
    const { registry } = yield* Exchanges
    yield* Effect.provideService(
      Metric.update(Metric.withAttributes(outcomes, { outcome }), 1),
      Metric.MetricRegistry,
      registry
    )
    if (kept !== undefined) return { outcome, answer: () => Stream.fromArray(kept) }
    // What somebody else said in its place is not the model's own answer.
    const isOwn = () => replicas.some((one) => one.backend === target().backend)
    const keep = (answer: string) => (isOwn() ? cache.store.set(key, answer) : Effect.void)
    return { outcome, answer: (fresh: () => Answer) => recorded(fresh(), keep) }
  })

/** The same answer, kept once it is whole: in memory before its end is told, elsewhere while nobody waits. */
const recorded = (fresh: Answer, keep: (text: string) => Effect.Effect<void>): Answer =>
  Stream.suspend(() => {
    const recorder = new AnswerRecorder()
    return fresh.pipe(
      Stream.mapArray((batch) => {
        recorder.take(batch)
        return batch
      }),
      Stream.onExit((exit) => {
        const text = Exit.isSuccess(exit) ? recorder.text() : undefined
        return text === undefined
          ? Effect.void
          : Effect.asVoid(Effect.forkDetach(keep(text), { startImmediately: true }))
      })
    )
  })
