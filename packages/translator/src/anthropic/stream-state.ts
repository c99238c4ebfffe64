import type { PensieveError } from "@pensieve/errors"
import { type AnthropicStreamEvent, emptyUsage, type Usage } from "@pensieve/models"
import { chain, type Step } from "../stream-step.ts"
import { errorObject } from "./encode-error.ts"
import { messageUsage } from "./usage.ts"

/** What the encoder must know besides the events. */
export interface StreamOptions {
  /** Message id (`msg_…`), unique. */
  readonly id: string
  /** The model as the client named it. */
  readonly model: string
  /** `omitted`: thinking blocks come without their text, with their signature. `full` by default. */
  readonly display?: "full" | "omitted"
  /** With `omitted`: tell the progress of thinking as estimated tokens. Off by default. */
  readonly estimatedTokens?: boolean
  /** Kinds of checks of tool calls the request asks for; the answer says of each that it is not made. */
  readonly safeguards?: ReadonlyArray<string>
  /** Ids of tool calls the conversation already has; a call that repeats one gets an id of its own. */
  readonly toolIds?: ReadonlyArray<string>
}

/** The block that has begun and not ended. */
export type OpenBlock =
  | { readonly kind: "text" }
  /** `hidden` is the text that the client is not shown. */
  | { readonly kind: "thinking"; readonly hidden: string }
  /** `json` is the input written so far. */
  | { readonly kind: "tool"; readonly json: string }

/** Where a stream stands. Opaque to callers, but for `failure`. */
export interface StreamState {
  readonly options: StreamOptions
  readonly phase: "waiting" | "open" | "ended"
  /** Index of the open block, or of the next one. */
  readonly index: number
  readonly block: OpenBlock | undefined
  readonly usage: Usage
  /** Whether a call was sent whole. */
  readonly called: boolean
  readonly toolIds: ReadonlySet<string>
  /** Why the stream ended with an `error` event, if it did. */
  readonly failure: PensieveError | undefined
}

/** The next state, and what to send. */
export type StreamStep = Step<StreamState, AnthropicStreamEvent>

/** The state before the first event. */
export const initialStream = (options: StreamOptions): StreamState => ({
  options,
  phase: "waiting",
  index: 0,
  block: undefined,
  usage: emptyUsage,
  called: false,
  toolIds: new Set(options.toolIds ?? []),
  failure: undefined
})

/** Sends `message_start` if it has not been sent. */
export const begin = (state: StreamState): StreamStep => {
  if (state.phase !== "waiting") return [state, []]
  const { id, model } = state.options
  return [
    { ...state, phase: "open" },
    [
      {
        type: "message_start",
        message: {
          id,
          type: "message",
          role: "assistant",
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          stop_details: null,
          container: null,
          diagnostics: null,
          usage: messageUsage(state.usage)
        }
      }
    ]
  ]
}

/** Ends the stream with an `error` event; nothing follows it. */
export const fail = (state: StreamState, error: PensieveError): StreamStep =>
  chain(begin(state), (begun) => [
    { ...begun, phase: "ended", failure: error },
    [{ type: "error", error: errorObject(error) }]
  ])
