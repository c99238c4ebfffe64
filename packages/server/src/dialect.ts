import type { InvalidRequest, PensieveError } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import type { EventWriter } from "@pensieve/streaming"
import { anthropic, openaiChat, openaiResponses } from "@pensieve/translator"
import type { Result } from "effect"
import { makeId } from "@pensieve/operations"

/** Header names in lower case. */
type RequestHeaders = Readonly<Record<string, string | undefined>>

/** Gathers one answer into a body. */
export interface BodyGatherer {
  readonly take: (event: GenerationEvent) => void
  readonly body: () => Result.Result<unknown, PensieveError>
}

/** What the routes need of an API dialect; everything behind it is `@pensieve/translator`. */
export interface Dialect {
  readonly name: string
  readonly decodeRequest: (body: unknown, headers: RequestHeaders) => Result.Result<Conversation, InvalidRequest>
  readonly streamWriter: (conversation: Conversation, headers: RequestHeaders) => EventWriter
  readonly bodyGatherer: (conversation: Conversation, headers: RequestHeaders) => BodyGatherer
  readonly errorBody: (error: PensieveError, requestId: string) => unknown
}

/** The functions of a dialect's folder that hold state. */
interface AnswerCodec<Options, Stream, Body> {
  readonly decodeRequest: (
    body: unknown,
    context: { readonly headers: RequestHeaders; readonly shared: boolean }
  ) => Result.Result<Conversation, InvalidRequest>
  readonly initialStream: (options: Options) => Stream
  readonly encodeStream: (state: Stream, event: GenerationEvent) => readonly [Stream, ReadonlyArray<string>]
  readonly endStream: (state: Stream) => readonly [Stream, ReadonlyArray<string>]
  readonly initialResponse: (options: Options) => Body
  readonly foldResponse: (state: Body, event: GenerationEvent) => Body
  readonly endResponse: (state: Body) => Result.Result<unknown, PensieveError>
}

const makeDialect = <Options, Stream, Body>(
  name: string,
  codec: AnswerCodec<Options, Stream, Body>,
  options: (conversation: Conversation, headers: RequestHeaders) => Options,
  errorBody: Dialect["errorBody"]
): Dialect => ({
  name,
  errorBody,
  decodeRequest: (body, headers) => codec.decodeRequest(body, { headers, shared: true }),
  streamWriter: (conversation, headers) => {
    let state = codec.initialStream(options(conversation, headers))
    return {
      write: (event) => {
        const [next, frames] = codec.encodeStream(state, event)
        state = next
        return frames.join("")
      },
      end: () => codec.endStream(state)[1].join("")
    }
  },
  bodyGatherer: (conversation, headers) => {
    let state = codec.initialResponse(options(conversation, headers))
    return {
      take: (event) => {
        state = codec.foldResponse(state, event)
      },
      body: () => codec.endResponse(state)
    }
  }
})

const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** The Anthropic Messages API. */
export const anthropicDialect = makeDialect(
  "anthropic",
  anthropic,
  (conversation, headers) => anthropic.streamOptions(conversation, makeId("msg_"), headers),
  (error, requestId) => anthropic.encodeError(error, requestId).body
)

/** OpenAI's chat completions. */
export const openaiChatDialect = makeDialect(
  "openai-chat",
  openaiChat,
  (conversation) => openaiChat.streamOptions(conversation, makeId("chatcmpl-"), nowSeconds()),
  (error) => openaiChat.encodeError(error).body
)

/** OpenAI's Responses. */
export const openaiResponsesDialect = makeDialect(
  "openai-responses",
  openaiResponses,
  (conversation) => openaiResponses.streamOptions(conversation, makeId("resp_"), nowSeconds()),
  (error) => openaiResponses.encodeError(error).body
)

const openaiPaths =
  /^\/v1\/(chat\/|responses|completions|embeddings|batches|audio|images|moderations|assistants|threads)/

/** How OpenAI's SDKs and Codex name themselves. */
const openaiClients = /^((Async)?OpenAI\/|codex)/i

/**
 * The dialect of the caller, for a path that does not say: `/v1/models` is in both APIs.
 *
 * @see wire contract, section 1: Anthropic's clients send `anthropic-version` or `x-api-key`
 */
export const dialectOf = (path: string, headers: RequestHeaders): Dialect => {
  if (path.startsWith("/v1/responses")) return openaiResponsesDialect
  if (openaiPaths.test(path)) return openaiChatDialect
  if (path.startsWith("/v1/messages")) return anthropicDialect
  if (headers["anthropic-version"] !== undefined || headers["x-api-key"] !== undefined) return anthropicDialect
  return /^\/v1\/models(\/|$)/.test(path) || openaiClients.test(headers["user-agent"] ?? "")
    ? openaiChatDialect
    : anthropicDialect
}
