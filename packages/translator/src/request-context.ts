import type { InvalidRequest } from "@pensieve/errors"
import type { Conversation, JsonObject, Source } from "@pensieve/models"
import type { Result } from "effect"

/** Headers of a request by lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>

/** What of a request is not in its body. */
export interface RequestContext {
  readonly headers: Headers
  /** The text that the body was parsed from: with it the request can go on to an upstream of its dialect byte for byte. */
  readonly text?: string
  /**
   * Nothing of the body ever changes, and what a body before had as well may be the very same object: what was decoded of it is kept
   * as long as the object is, and given again.
   */
  readonly shared?: boolean
}

/** A request as it came. */
export const sourceOf = (dialect: string, body: JsonObject, { text }: RequestContext): Source =>
  text === undefined ? { dialect, body } : { dialect, body, text }

/** A conversation, or the field that is wrong. */
export type Decoded = Result.Result<Conversation, InvalidRequest>
