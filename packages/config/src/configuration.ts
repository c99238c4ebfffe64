import { Schema } from "effect"
import { isAddress } from "./upstream-address.ts"

/** The amount that is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error"

const filled = Schema.String.check(Schema.isPattern(/\S/))

/**
 * Everything Pensieve can be told. The one source of the defaults, the flags, the variables, the messages and the JSON Schema.
 *
 * Annotations: `description` and `default` as in JSON Schema; `expected` is read behind "must be"; `secret` values are never shown.
 */
export const Configuration = Schema.Struct({
  port: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })).annotate({
    description: "TCP port on loopback; 0 takes a free one.",
    expected: "a whole number from 0 to 65535",
    default: 7777
  }),
  model: Schema.optionalKey(
    filled.annotate({
      description:
        "A model folder, a repository id such as mlx-community/Qwen3-4B-4bit, or `demo`; without it the best model at hand.",
      expected: "the name of a model"
    })
  ),
  token: Schema.optionalKey(
    filled.annotate({
      description: "The token that clients must send; without it one is made at the first start.",
      expected: "a text that is not empty",
      secret: true
    })
  ),
  window: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 256, maximum: 100_000_000 })).annotate({
      description: "Upper bound of the context window, in tokens.",
      expected: "a whole number from 256 to 100000000"
    })
  ),
  upstream: Schema.optionalKey(
    Schema.String.check(Schema.makeFilter(isAddress)).annotate({
      description:
        "Address of a server that answers instead of a model of this machine, such as http://localhost:1234.",
      expected: "the address of a server, such as http://localhost:1234"
    })
  ),
  upstreamKind: Schema.Literals(["openai", "anthropic"]).annotate({
    description: "The API that the upstream server speaks.",
    default: "openai"
  }),
  upstreamModel: Schema.optionalKey(
    filled.annotate({
      description:
        "The model of the upstream server that answers every request; without it the one asked for, or the server's first.",
      expected: "the name of a model"
    })
  ),
  upstreamKeyFrom: Schema.Literals(["environment", "client"]).annotate({
    description:
      "Whose key an upstream of kind anthropic gets: PENSIEVE_UPSTREAM_KEY, or what a client sends beside the token.",
    default: "environment"
  }),
  upstreamHeaders: Schema.optionalKey(
    Schema.Record(
      Schema.String.check(Schema.isPattern(/^[\w!#$%&'*+.^`|~-]+$/)).annotate({ expected: "the name of a header" }),
      Schema.String.check(Schema.isPattern(/^[\t\x20-\x7e]*$/)).annotate({
        expected: "a text without line breaks",
        secret: true
      })
    ).annotate({
      description: "Further headers for an upstream of kind anthropic, by name.",
      expected: "a mapping of names to texts",
      secret: true
    })
  ),
  logLevel: Schema.Literals(["debug", "info", "warn", "error"]).annotate({
    description: "How much is logged.",
    default: "info"
  }),
  allowForced: Schema.optionalKey(
    filled.annotate({
      description: "For tests: a script of answers that the model is forced to give.",
      expected: "the path of a script"
    })
  )
})
export type Configuration = typeof Configuration.Type
