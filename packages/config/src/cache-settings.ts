import { Schema } from "effect"
import { isRedisAddress } from "./upstream-address.ts"

/** Answers that are kept for requests that come again. */
export const CacheSettings = Schema.Struct({
  use: Schema.Literals(["off", "side", "all"]).annotate({
    description: "Which requests are answered by what was answered before: none, probes and titles, or all.",
    default: "side"
  }),
  lifetimeSeconds: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 31_536_000 })).annotate({
    description: "For how long an answer is kept, in seconds.",
    expected: "a whole number from 1 to 31536000",
    default: 3600
  }),
  megabytes: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 })).annotate({
    description: "Memory for answers; those that were not asked for longest go first.",
    expected: "a whole number from 1 to 100000",
    default: 32
  }),
  allowSampled: Schema.Boolean.annotate({
    description: "Also requests that ask for chance, by a temperature above 0.",
    default: false
  }),
  redis: Schema.optionalKey(
    Schema.String.check(Schema.makeFilter(isRedisAddress)).annotate({
      description:
        "Address of a Redis or Valkey server, over which several Pensieves share kept answers and what they know of backends.",
      expected: "the address of a Redis server, such as redis://localhost:6379",
      secret: true
    })
  ),
  persist: Schema.Boolean.annotate({
    description: "Keep answers on the disk as well, where they outlive the program.",
    default: false
  })
})
export type CacheSettings = typeof CacheSettings.Type
