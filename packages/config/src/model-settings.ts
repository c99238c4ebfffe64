import { Schema } from "effect"
import { filled, reference, tokens } from "./fields.ts"

const number = (minimum: number, maximum: number) =>
  Schema.Number.check(Schema.isBetween({ minimum, maximum })).annotate({
    expected: `a number from ${minimum} to ${maximum}`
  })

const whole = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).annotate({
    expected: `a whole number from ${minimum} to ${maximum}`
  })

/** How tokens are chosen where a request does not say. */
const SamplingSettings = Schema.Struct({
  temperature: Schema.optionalKey(number(0, 2)),
  topP: Schema.optionalKey(number(0, 1)),
  topK: Schema.optionalKey(whole(0, 1_000_000)),
  minP: Schema.optionalKey(number(0, 1)),
  presencePenalty: Schema.optionalKey(number(-2, 2)),
  frequencyPenalty: Schema.optionalKey(number(-2, 2)),
  repetitionPenalty: Schema.optionalKey(number(0, 10)),
  seed: Schema.optionalKey(whole(0, Number.MAX_SAFE_INTEGER))
})

/** What the model can do, where the server tells it wrongly or not at all. */
const CapabilitySettings = Schema.Struct({
  images: Schema.optionalKey(Schema.Boolean),
  reasoning: Schema.optionalKey(Schema.Boolean),
  tools: Schema.optionalKey(Schema.Literals(["native", "prompted"]))
})

/** A model under a name of the user's. */
export const ModelSettings = Schema.Struct({
  targets: Schema.NonEmptyArray(filled.annotate({ expected: "a backend, or backend,model" })).annotate({
    description: "Where it runs: a backend, or backend,model. Several are replicas, between which the load is shared.",
    expected: "a list of targets"
  }),
  fallbacks: Schema.optionalKey(
    Schema.Array(reference).annotate({
      description: "Who answers when none of the targets can, in this order.",
      expected: "a list of models"
    })
  ),
  aliases: Schema.optionalKey(
    Schema.Array(filled.annotate({ expected: "a name" })).annotate({
      description: "Further names it answers to; * stands for any characters.",
      expected: "a list of names"
    })
  ),
  window: Schema.optionalKey(tokens.annotate({ description: "Upper bound of its context window, in tokens." })),
  sampling: Schema.optionalKey(SamplingSettings),
  capabilities: Schema.optionalKey(CapabilitySettings)
})
export type ModelSettings = typeof ModelSettings.Type
