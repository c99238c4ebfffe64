import type { PensieveError } from "@pensieve/errors"
import {
  emptyUsage,
  type ResponsesEcho,
  type ResponsesEventBody,
  type ResponsesOutputItem,
  type ResponsesResponse,
  type TokenLogprob,
  type Usage
} from "@pensieve/models"
import { chain, type Step } from "../stream-step.ts"
import { responseError } from "./encode-error.ts"
import type { WireTool } from "./tool-names.ts"
import { responseUsage } from "./usage.ts"

/** What the encoder must know besides the events. */
export interface StreamOptions {
  /** Response id (`resp_…`), unique; the ids of its items are made of it. */
  readonly id: string
  /** Seconds since 1970. */
  readonly createdAt: number
  /** What the response repeats of the request. */
  readonly echo: ResponsesEcho
  /** `omitted`: reasoning items come without a summary. `full` by default. */
  readonly display?: "full" | "omitted"
  /** Whether the client asked for log probabilities. Off by default. */
  readonly logprobs?: boolean
  /** Whether reasoning items carry `encrypted_content`, from which the whole thought is read again. Off by default. */
  readonly sealsReasoning?: boolean
  /** The request's tools by the names models see. A call of another name is a plain function call. */
  readonly tools?: ReadonlyMap<string, WireTool>
  /** Ids of calls the conversation already has; a call that repeats one gets an id of its own. */
  readonly toolIds?: ReadonlyArray<string>
}

/** The item that has begun and not ended. */
export type OpenItem =
  /** `tokens` are those whose chances were told. */
  | {
      readonly kind: "message"
      readonly id: string
      readonly text: string
      readonly tokens: ReadonlyArray<TokenLogprob>
    }
  | { readonly kind: "reasoning"; readonly id: string; readonly text: string }
  /** `json` is the input written so far. */
  | {
      readonly kind: "call"
      readonly id: string
      readonly callId: string
      readonly tool: WireTool
      readonly json: string
    }

/** Where a stream stands. Opaque to callers, but for `failure`. */
export interface StreamState {
  readonly options: StreamOptions
  readonly phase: "waiting" | "open" | "ended"
  /** Number of the next event. */
  readonly sequence: number
  readonly item: OpenItem | undefined
  /** The items that are whole; their number is the index of the open one, or of the next. */
  readonly output: ReadonlyArray<ResponsesOutputItem>
  readonly usage: Usage
  /** Whether it is known what of the prompt the cache had. */
  readonly counted: boolean
  readonly toolIds: ReadonlySet<string>
  /** Tokens whose chances go with the next words. */
  readonly tokens: ReadonlyArray<TokenLogprob>
  /** Why the stream ended with `response.failed`, if it did. */
  readonly failure: PensieveError | undefined
}

/** The next state, and what to send. */
export type StreamStep = Step<StreamState, ResponsesEventBody>

/** The state before the first event. */
export const initialStream = (options: StreamOptions): StreamState => ({
  options,
  phase: "waiting",
  sequence: 0,
  item: undefined,
  output: [],
  usage: emptyUsage,
  counted: false,
  toolIds: new Set(options.toolIds ?? []),
  tokens: [],
  failure: undefined
})

/** The response as it stands, with what is told of its end. */
export const responseOf = (
  state: StreamState,
  end: Pick<ResponsesResponse, "status"> & Partial<Pick<ResponsesResponse, "error" | "incomplete_details">>
): ResponsesResponse => ({
  id: state.options.id,
  object: "response",
  created_at: state.options.createdAt,
  background: false,
  error: null,
  incomplete_details: null,
  ...end,
  ...state.options.echo,
  output: state.output,
  usage: end.status === "in_progress" ? null : responseUsage(state.usage)
})

/** Sends `response.created` and `response.in_progress` if they have not been sent. */
export const begin = (state: StreamState): StreamStep => {
  if (state.phase !== "waiting") return [state, []]
  const response = responseOf(state, { status: "in_progress" })
  return [
    { ...state, phase: "open" },
    [
      { type: "response.created", response },
      { type: "response.in_progress", response }
    ]
  ]
}

/** Ends the stream with `response.failed`; nothing follows it. An item that is open stays without its end. */
export const fail = (state: StreamState, error: PensieveError): StreamStep =>
  chain(begin(state), (begun) => [
    { ...begun, phase: "ended", failure: error },
    [{ type: "response.failed", response: responseOf(begun, { status: "failed", error: responseError(error) }) }]
  ])
