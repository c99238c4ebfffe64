import { Schema } from "effect"
import { BackendSettings } from "./backend-settings.ts"
import { CacheSettings } from "./cache-settings.ts"
import { address, filled, headers, keySource, kvBits, templateFile, tokens, upstreamKind } from "./fields.ts"
import { ModelSettings } from "./model-settings.ts"
import { RouterSettings } from "./router-settings.ts"

/** The amount that is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error"

/**
 * Everything Pensieve can be told. The one source of the defaults, the flags, the variables, the messages and the JSON Schema.
 *
 * Annotations: `description` and `default` as in JSON Schema; `expected` is read behind "must be"; `secret` values are never shown, those of `holdsSecrets` not in messages.
 */
export const Configuration = Schema.Struct({
  port: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })).annotate({
    description: "TCP port on loopback; 0 takes a free one.",
    expected: "a whole number from 0 to 65535",
    default: 7777
  }),
  host: filled.annotate({
    description: "Address to listen on. Anything but this machine's own needs allowNetwork.",
    expected: "an address of this machine, such as 0.0.0.0",
    default: "127.0.0.1"
  }),
  allowNetwork: Schema.Boolean.annotate({
    description: "Other machines may ask, with the token.",
    default: false
  }),
  allowedHosts: Schema.Array(filled.annotate({ expected: "the name of a host" })).annotate({
    description:
      "Names under which clients reach this server besides localhost, such as host.docker.internal; a request for any other is refused.",
    default: []
  }),
  auth: Schema.Literals(["required", "optional"]).annotate({
    description: "Whether programs of this machine must send the token.",
    default: "required"
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
  window: Schema.optionalKey(tokens.annotate({ description: "Upper bound of the context window, in tokens." })),
  kvBits: Schema.optionalKey(
    kvBits.annotate({
      description:
        "Bits of a number in the cache of keys and values: 8 or 4 hold a longer prompt in the same memory, a little less exactly, and one request at a time. Without it, as the model computes."
    })
  ),
  chatTemplate: Schema.optionalKey(
    templateFile.annotate({
      description: "A file with the chat template (Jinja) to use instead of the model's own."
    })
  ),
  idleMinutes: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })).annotate({
    description:
      "Minutes without a request after which a model of this machine is unloaded; the next request loads it again. 0 keeps it.",
    expected: "a number from 0 to 100000",
    default: 30
  }),
  proxyOnly: Schema.Boolean.annotate({
    description: "No model is loaded on this machine: only servers answer.",
    default: false
  }),
  upstream: Schema.optionalKey(
    address.annotate({
      description: "Address of a server that answers instead of a model of this machine, such as http://localhost:1234."
    })
  ),
  upstreamKind: upstreamKind.annotate({
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
  upstreamKeyFrom: keySource.annotate({
    description:
      "Whose key an upstream of kind anthropic gets: PENSIEVE_UPSTREAM_KEY, or what a client sends beside the token.",
    default: "environment"
  }),
  upstreamHeaders: Schema.optionalKey(
    headers.annotate({ description: "Further headers for an upstream of kind anthropic, by name." })
  ),
  mode: Schema.optionalKey(
    filled.annotate({
      description:
        "The backend that answers where no rule says otherwise: one of yours, or one that is known by name (claude, lmstudio, mlx-lm, vllm-mlx, ollama, llamacpp, vllm).",
      expected: "the name of a backend"
    })
  ),
  backends: Schema.Record(
    Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][\w.-]*$/)).annotate({
      expected: "a name without spaces and commas"
    }),
    BackendSettings
  ).annotate({
    description: "Who can answer, by name: models of this machine and servers.",
    expected: "a mapping of names to backends",
    holdsSecrets: true,
    default: {}
  }),
  models: Schema.Record(filled, ModelSettings).annotate({
    description: "Models by the names that clients ask for.",
    expected: "a mapping of names to models",
    default: {}
  }),
  router: RouterSettings,
  cache: CacheSettings,
  context: Schema.Struct({
    reserveTokens: Schema.optionalKey(
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 })).annotate({
        description:
          "Tokens that an agent's prompt must leave free, so that its conversation can still be summed up; without it a sixth of the window, 8000 at most.",
        expected: "a whole number from 0 to 10000000"
      })
    ),
    scaleWindowTo: Schema.optionalKey(
      tokens.annotate({
        description:
          "The window that clients believe in, in tokens: prompt tokens are told larger than they are, so that a client that cannot be told the true window sums up in time."
      })
    )
  }),
  pool: Schema.Struct({
    queue: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })).annotate({
      description:
        "Requests that may wait for a backend whose slots are taken; further ones are refused with status 529.",
      expected: "a whole number from 0 to 100000",
      default: 64
    })
  }),
  localOnly: Schema.Boolean.annotate({
    description: "No request leaves this machine, whatever else is configured.",
    default: false
  }),
  allowRemoteFallback: Schema.Boolean.annotate({
    description: "What a backend of this machine cannot answer may go to one elsewhere.",
    default: false
  }),
  logLevel: Schema.Literals(["debug", "info", "warn", "error"]).annotate({
    description: "How much is logged.",
    variable: "PENSIEVE_LOG",
    default: "info"
  }),
  traces: Schema.Literals(["off", "errors", "all"]).annotate({
    description:
      "Of which requests a trace is kept: prompt, raw answer and decisions, in the state folder, for the user's eyes only.",
    default: "errors"
  }),
  debug: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })).annotate({
    description: "1 logs all there is, 2 traces what goes wrong as well, 3 traces every request.",
    expected: "a whole number from 0 to 3",
    default: 0
  }),
  allowForced: Schema.optionalKey(
    filled.annotate({
      description: "For tests: a script of answers that the model is forced to give.",
      expected: "the path of a script"
    })
  )
})
export type Configuration = typeof Configuration.Type
