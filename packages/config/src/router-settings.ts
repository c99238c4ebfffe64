import { Schema } from "effect"
import { filled, reference } from "./fields.ts"

const model = (description: string) => Schema.optionalKey(reference.annotate({ description }))

const pattern = Schema.String.annotate({ expected: "a text, in which * stands for any characters" })

const patterns = (expected: string) => Schema.Record(Schema.String, pattern).annotate({ expected })

const RuleCondition = Schema.Struct({
  header: Schema.optionalKey(patterns("a mapping of header names to texts")),
  path: Schema.optionalKey(pattern),
  body: Schema.optionalKey(patterns("a mapping of dotted paths to texts")),
  class: Schema.optionalKey(
    Schema.Literals([
      "main",
      "subagent",
      "title",
      "compaction",
      "classifier",
      "probe",
      "websearch",
      "count",
      "background"
    ])
  ),
  session: Schema.optionalKey(pattern),
  project: Schema.optionalKey(pattern),
  model: Schema.optionalKey(pattern)
})

/** A rule of the user's; everything under `when` must hold. */
const RuleSettings = Schema.Struct({
  name: filled.annotate({ expected: "a name" }),
  when: RuleCondition,
  use: reference
})

/** Which model answers which request. Every model is one of `models`, a backend, or `backend,model`. */
export const RouterSettings = Schema.Struct({
  default: model("The model that answers where no rule applies."),
  background: model("The model for requests that ask for haiku, as side work does."),
  think: model("The model for requests that ask for thinking."),
  longContext: Schema.Struct({
    model: model("The model for long prompts."),
    threshold: Schema.Int.check(Schema.isBetween({ minimum: 1000, maximum: 100_000_000 })).annotate({
      description: "Tokens from which on a prompt is long.",
      expected: "a whole number from 1000 to 100000000",
      default: 60_000
    })
  }),
  webSearch: model("The model for requests that offer a web search."),
  image: model("The model for requests that hold an image."),
  tiers: Schema.Struct({
    opus: model("The model for requests that ask for opus."),
    sonnet: model("The model for requests that ask for sonnet."),
    haiku: model("The model for requests that ask for haiku."),
    fable: model("The model for requests that ask for fable.")
  }),
  function: Schema.optionalKey(
    filled.annotate({
      description:
        "A module whose default export chooses the model by the facts of a request; a relative path begins at the configuration file.",
      expected: "the path of a module"
    })
  ),
  functionMs: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60_000 })).annotate({
    description: "Milliseconds that the function may take; one that takes longer has chosen nothing.",
    expected: "a whole number from 1 to 60000",
    default: 500
  }),
  rules: Schema.Array(RuleSettings).annotate({
    description: "Rules of your own, which come before all others but a model that is named outright.",
    expected: "a list of rules",
    default: []
  })
})
export type RouterSettings = typeof RouterSettings.Type
