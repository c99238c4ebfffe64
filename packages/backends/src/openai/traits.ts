import type { JsonObject } from "@pensieve/models"
import { openaiChat } from "@pensieve/translator"

/** What one server takes and gives, where servers differ. Measured or learned from its refusals, never guessed from names. */
export interface Traits {
  /** What requests may say. */
  readonly request: Omit<openaiChat.RequestOptions, "model" | "stream">
  /** Whether it streams. */
  readonly streams: boolean
  /** Fields of the body it refuses, or takes without effect. */
  readonly unsent: ReadonlySet<string>
  /** Its own names for fields. */
  readonly fieldNames: Readonly<Record<string, string>>
  /** Fields that every request has besides. */
  readonly extraFields: JsonObject
  /** Tools by its own API, or by a prompt we write. */
  readonly toolForm: "native" | "prompted"
  /** `words`: `required` and `none` only. `ignored`: taken without effect. */
  readonly toolChoice: "any" | "words" | "ignored"
  /** Whether `parallel_tool_calls` must be asked for, is the rule, or has no effect. */
  readonly parallelCalls: "rule" | "asked" | "ignored"
  /** `plain`: only the keywords of JSON Schema that grammar compilers take. */
  readonly schemas: "whole" | "plain"
  /** Forms of `response_format`; `with-tools` is false where it refuses them together. */
  readonly answerFormats: { readonly jsonObject: boolean; readonly strict: boolean; readonly withTools: boolean }
  /**
   * `reported`: it stops and says at which sequence, or nothing is known of it. `silent`: it stops without a word, so that
   * the sequences are kept from it and watched for here.
   */
  readonly stops: "reported" | "silent"
  /** Stop sequences it takes at most. */
  readonly mostStops: number
  /** The answer's bound in tokens where the request has none; undefined lets the server decide. */
  readonly defaultMaxTokens: number | undefined
  /** The largest bound it takes. */
  readonly mostMaxTokens: number | undefined
  /** Cuts a prompt that does not fit, without a word. */
  readonly cutsPrompts: boolean
  /** It prefills what is behind a prefix it knows: the beginning of the prompt is kept the same. */
  readonly keepsPrefixes: boolean
  /** Gives the status 404 to requests it cannot take. */
  readonly refusesWith404: boolean
}

/** What is expected of a server nobody knows. */
export const unknownServer: Traits = {
  request: openaiChat.defaultRequestOptions,
  streams: true,
  unsent: new Set(),
  fieldNames: {},
  extraFields: {},
  toolForm: "native",
  toolChoice: "any",
  parallelCalls: "rule",
  schemas: "whole",
  answerFormats: { jsonObject: true, strict: true, withTools: true },
  stops: "reported",
  mostStops: Number.POSITIVE_INFINITY,
  defaultMaxTokens: undefined,
  mostMaxTokens: undefined,
  cutsPrompts: false,
  keepsPrefixes: false,
  refusesWith404: false
}

/** Traits that differ; those of `request` one by one. */
export type TraitPatch = Partial<Omit<Traits, "request" | "answerFormats">> & {
  readonly request?: Partial<Traits["request"]>
  readonly answerFormats?: Partial<Traits["answerFormats"]>
}

/** Traits with some of them replaced. */
export const withTraits = (traits: Traits, patch: TraitPatch): Traits => ({
  ...traits,
  ...patch,
  request: { ...traits.request, ...patch.request },
  answerFormats: { ...traits.answerFormats, ...patch.answerFormats }
})
