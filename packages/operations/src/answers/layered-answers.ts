import { Clock, Effect } from "effect"
import type { AnswerBounds, AnswerStore } from "./answer-store.ts"
import { MemoryAnswers } from "./memory-answers.ts"

/** Answers in memory, over others that are slower and outlive it: what is found there is kept here as well. */
export const layeredAnswers = (bounds: AnswerBounds, below: ReadonlyArray<AnswerStore>): AnswerStore => {
  const memory = new MemoryAnswers(bounds)
  const inMemory = (key: string) => Effect.map(Clock.currentTimeMillis, (now) => memory.get(key, now))
  const keep = (key: string, text: string) => Effect.map(Clock.currentTimeMillis, (now) => memory.set(key, text, now))
  const look = (key: string, [first, ...others]: ReadonlyArray<AnswerStore>): Effect.Effect<string | undefined> =>
    first === undefined
      ? Effect.succeed(undefined)
      : Effect.flatMap(first.get(key), (text) =>
          text === undefined ? look(key, others) : Effect.as(keep(key, text), text)
        )
  return {
    get: (key) =>
      Effect.flatMap(inMemory(key), (text) => (text === undefined ? look(key, below) : Effect.succeed(text))),
    set: (key, text) =>
      Effect.andThen(
        keep(key, text),
        Effect.forEach(below, (store) => store.set(key, text), { discard: true, concurrency: "unbounded" })
      )
  }
}
