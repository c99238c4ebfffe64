import { Schema } from "effect"
import { address, filled, headers, keySource, kvBits, templateFile, tokens } from "./fields.ts"

/** One that can answer: a model of this machine, or a server. */
export const BackendSettings = Schema.Struct({
  kind: Schema.Literals(["mlx", "openai", "anthropic"]).annotate({
    description: "A model of this machine, or the API that a server speaks."
  }),
  url: Schema.optionalKey(address.annotate({ description: "Where the server is; not for kind mlx." })),
  model: Schema.optionalKey(
    filled.annotate({
      description: "The model to load (kind mlx), or the one that the server is asked for where a target names none.",
      expected: "the name of a model"
    })
  ),
  key: Schema.optionalKey(
    filled.annotate({
      description: "The server's key, best as ${NAME} of a variable.",
      expected: "a text that is not empty",
      secret: true
    })
  ),
  keyFrom: Schema.optionalKey(
    keySource.annotate({
      description: "Whose key a server of kind anthropic gets: the one here, or what a client sends beside the token."
    })
  ),
  headers: Schema.optionalKey(headers.annotate({ description: "Further headers for a server of kind anthropic." })),
  window: Schema.optionalKey(tokens.annotate({ description: "Upper bound of the context window, in tokens." })),
  kvBits: Schema.optionalKey(
    kvBits.annotate({ description: "Bits of a number in the cache of keys and values; for kind mlx only." })
  ),
  chatTemplate: Schema.optionalKey(
    templateFile.annotate({
      description: "A file with the chat template to use instead of the model's own; for kind mlx only."
    })
  ),
  slots: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })).annotate({
      description: "Requests it works on at the same time; further ones wait. Without it, as many as come.",
      expected: "a whole number from 1 to 10000"
    })
  ),
  weight: Schema.optionalKey(
    Schema.Number.check(Schema.isBetween({ minimum: 0.01, maximum: 1000 })).annotate({
      description: "Its part of the load, compared with other replicas; 1 unless told otherwise.",
      expected: "a number from 0.01 to 1000"
    })
  )
})
export type BackendSettings = typeof BackendSettings.Type
