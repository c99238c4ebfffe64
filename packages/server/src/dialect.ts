import type { InvalidRequest, PensieveError } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { anthropic } from "@pensieve/translator"
import type { Result } from "effect"
import { makeId } from "./request-id.ts"

/** Header names in lower case. */
type RequestHeaders = Readonly<Record<string, string | undefined>>

/** Writes one answer as a stream. Feed it every event in order, then end it; it holds the state in between. */
export interface StreamWriter {
  readonly write: (event: GenerationEvent) => string
  readonly end: () => string
}

/** Gathers one answer into a body. */
export interface BodyGatherer {
  readonly take: (event: GenerationEvent) => void
  readonly body: () => Result.Result<unknown, PensieveError>
}

/** What the routes need of an API dialect; everything behind it is `@pensieve/translator`. */
export interface Dialect {
  readonly name: string
  readonly decodeRequest: (body: unknown, headers: RequestHeaders) => Result.Result<Conversation, InvalidRequest>
  readonly streamWriter: (conversation: Conversation, headers: RequestHeaders) => StreamWriter
  readonly bodyGatherer: (conversation: Conversation, headers: RequestHeaders) => BodyGatherer
  readonly errorBody: (error: PensieveError, requestId: string) => unknown
}

/** The Anthropic Messages API. */
const anthropicDialect: Dialect = {
  name: "anthropic",
  decodeRequest: (body, headers) => anthropic.decodeRequest(body, { headers }),
  streamWriter: (conversation, headers) => {
    let state = anthropic.initialStream(anthropic.streamOptions(conversation, makeId("msg_"), headers))
    return {
      write: (event) => {
        const [next, frames] = anthropic.encodeStream(state, event)
        state = next
        return frames.join("")
      },
      end: () => anthropic.endStream(state)[1].join("")
    }
  },
  bodyGatherer: (conversation, headers) => {
    let state = anthropic.initialResponse(anthropic.streamOptions(conversation, makeId("msg_"), headers))
    return {
      take: (event) => {
        state = anthropic.foldResponse(state, event)
      },
      body: () => anthropic.endResponse(state)
    }
  },
  errorBody: (error, requestId) => anthropic.encodeError(error, requestId).body
}

/** The dialect in which a path is answered, its errors included. */
export const dialectOf = (_path: string): Dialect => anthropicDialect
