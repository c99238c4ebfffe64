import type { InvalidRequest } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import type { Result } from "effect"

/** Headers of a request by lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>

/** What of a request is not in its body. */
export interface RequestContext {
  readonly headers: Headers
}

/** A conversation, or the field that is wrong. */
export type Decoded = Result.Result<Conversation, InvalidRequest>
