import { Effect } from "effect"
import { type AnswerBounds, type AnswerStore, largestPart } from "../answers/answer-store.ts"
import type { RedisLink } from "./redis-link.ts"

const prefix = "pensieve:answer:"

/** Answers that several programs share. How much the server keeps of them is its own setting. */
export const redisAnswers = ({ ask }: RedisLink, { lifetimeMs, bytes }: AnswerBounds): AnswerStore => ({
  get: (key) =>
    Effect.map(
      ask((client) => client.get(prefix + key)),
      (text) => text ?? undefined
    ),
  set: (key, text) =>
    Buffer.byteLength(text) > bytes * largestPart
      ? Effect.void
      : Effect.asVoid(
          ask((client) => client.set(prefix + key, text, { expiration: { type: "PX", value: lifetimeMs } }))
        )
})
