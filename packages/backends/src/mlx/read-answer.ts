import { type BackendError, BackendFailed } from "@pensieve/errors"
import { answerError } from "./bridge-errors.ts"
import type { EndReason, FamilyEvent, FamilyParser } from "@pensieve/families"
import {
  type BridgeLine,
  type Conversation,
  type FinishReason,
  type GenerationEvent,
  type Notice,
  splitPrompt,
  type Started,
  type TokenLogprob
} from "@pensieve/models"
import { Result } from "effect"
import { CallGate, type Shortfall } from "../call-gate.ts"
import type { ReadAnswer } from "../ask-once-more.ts"
import { watchSpace } from "../repetition.ts"
import type { OwnCalls } from "./own-calls.ts"

/** What is needed to read one answer of the engine. */
export interface AnswerOptions {
  readonly parser: FamilyParser
  readonly conversation: Conversation
  /** A fresh id of a tool call, unique in the conversation. */
  readonly makeCallId: () => string
  /** Learns the calls that are made. */
  readonly ownCalls: OwnCalls
  /** Whether calls may be made. If not, what looks like one is text. */
  readonly callsAllowed: boolean
  /** What the model cannot be shown or held to, to be told with the first event. */
  readonly notices?: ReadonlyArray<Notice>
  /** Nothing is asked for again: what is wrong is handed over as it is. */
  readonly last: boolean
  /** The answer that this one takes the place of, if there was one. */
  readonly before?: AnswerReader
}

/** What a line of the engine means: events, or the end of the answer by an error. */
export type LineReading = Result.Result<ReadonlyArray<GenerationEvent>, BackendError>

type Events = ReadonlyArray<GenerationEvent>

/** Reads one answer of the engine: feed it every line in order. Its calls pass a gate. */
export class AnswerReader implements ReadAnswer {
  readonly #options: AnswerOptions
  readonly #gate: CallGate
  readonly #tooMuchSpace = watchSpace()
  #promptTokens = 0
  #prompt: Omit<Started, "type"> = { cachedTokens: 0 }
  #pieces = 0
  #completionTokens = 0
  #thinks = false
  #thoughtPieces = 0
  #likely: ReadonlyArray<TokenLogprob> = []
  #ending: { readonly reason: FinishReason; readonly stopSequence?: string } = { reason: "end-turn" }
  #shortfall: Shortfall | null = null
  #over = false

  constructor(options: AnswerOptions) {
    this.#options = options
    const { conversation, makeCallId, callsAllowed, last, ownCalls } = options
    this.#gate = new CallGate({
      conversation,
      makeCallId,
      callsAllowed,
      last,
      onCall: ({ id, input }) => ownCalls.remember(id, input)
    })
  }

  /** The last event has been given, or nothing more is wanted of the engine. */
  get over(): boolean {
    return this.#over
  }

  /** Set once the engine has finished an answer that should be asked for once more; `settle` then ends it. */
  get shortfall(): Shortfall | null {
    return this.#shortfall
  }

  /** What was mended, refused or ended early. */
  get notices(): ReadonlyArray<Notice> {
    return this.#gate.notices
  }

  /** Tokens generated, those of the answer before included. */
  get tokens(): number {
    return (this.#options.before?.tokens ?? 0) + this.#completionTokens
  }

  /** Those of them that are thoughts, as far as pieces tell. */
  get thoughtTokens(): number {
    return (this.#options.before?.thoughtTokens ?? 0) + Math.min(this.#thoughtPieces, this.#completionTokens)
  }

  read(line: BridgeLine): LineReading {
    switch (line.type) {
      case "accepted":
        this.#promptTokens = line.promptTokens
        return this.#begins([acceptedEvent(line.promptTokens, this.#options.notices ?? [])])
      case "started":
        this.#prompt = { cachedTokens: line.cachedTokens, cacheCreationTokens: line.cacheCreationTokens }
        return this.#begins([{ type: "started", ...this.#prompt }, this.#usage()])
      case "prefill":
        return this.#begins([{ type: "prefill", done: line.done, total: line.total }])
      case "piece":
        return Result.succeed(this.#onPiece(line))
      case "logprobs":
        this.#onLogprobs(line)
        return Result.succeed([])
      case "finished":
        return this.#onFinished(line)
    }
  }

  settle(better: Events, tokens: number): Events {
    this.#completionTokens = tokens
    this.#shortfall = null
    return [...this.#gate.release(better), ...this.#close()]
  }

  // Lines

  /** Clients have been told of the beginning of the answer that this one takes the place of. */
  #begins(events: Events): LineReading {
    return Result.succeed(this.#options.before === undefined ? events : [{ type: "heartbeat" }])
  }

  #onPiece(line: Extract<BridgeLine, { type: "piece" }>): Events {
    if (this.#over) return []
    this.#pieces += 1
    const { parser } = this.#options
    const said = "text" in line ? { text: line.text } : { marker: line.marker }
    const events = this.#onFamilyEvents(parser.push(said))
    if (this.#thinks) this.#thoughtPieces += 1
    return "text" in line && this.#tooMuchSpace(line.text)
      ? [...events, ...this.#stop("the model wrote nothing but white space")]
      : events
  }

  /** It is not known yet whether the token is one of the words. */
  #onLogprobs({ token, bytes, logprob, top }: Extract<BridgeLine, { type: "logprobs" }>): void {
    this.#likely = [...this.#likely, { token, bytes, logprob, alternatives: top }]
  }

  #onFinished(line: Extract<BridgeLine, { type: "finished" }>): LineReading {
    if (this.#over) return Result.succeed([])
    if (line.reason === "cancelled")
      return Result.fail(new BackendFailed({ message: "The engine was stopped before the answer was whole." }))
    if (line.reason === "error") return Result.fail(answerError(line))
    this.#completionTokens = line.completionTokens
    const { stopSequences } = this.#options.conversation
    const own = line.stop !== null && stopSequences.includes(line.stop) ? line.stop : null
    const reason: EndReason = own === null ? line.reason : "stop-sequence"
    if (line.reason === "length") this.#ending = { reason: "max-tokens" }
    else if (own !== null) this.#ending = { reason: "stop-sequence", stopSequence: own }
    const events = this.#onFamilyEvents(this.#options.parser.end(reason))
    if (this.#over) return Result.succeed(events)
    this.#shortfall = reason === "stop" ? this.#gate.shortfall() : null
    if (this.#shortfall === null) return Result.succeed([...events, ...this.#gate.release([]), ...this.#close()])
    // White space alone is better not said.
    return Result.succeed(
      this.#shortfall.type === "empty" ? events.filter(({ type }) => type !== "text-delta") : events
    )
  }

  // Events of the family

  #onFamilyEvents(events: ReadonlyArray<FamilyEvent>): Events {
    return events.flatMap((event) => (this.#over ? [] : this.#onFamilyEvent(event)))
  }

  #onFamilyEvent(event: FamilyEvent): Events {
    this.#thinks = event.type === "reasoning"
    switch (event.type) {
      case "text":
        return [...this.#chances(), ...this.#gate.pass({ type: "text-delta", text: event.text })]
      case "reasoning":
        this.#likely = []
        return this.#gate.pass({ type: "reasoning-delta", text: event.text })
      case "reasoning-end":
        this.#likely = []
        return this.#gate.pass({ type: "reasoning-end" })
      case "malformed-call":
        return this.#onMalformed(event.rawText, event.problem)
      case "tool-call":
        this.#likely = []
        return this.#onCall(event)
    }
  }

  /** Chances of the tokens that made the next words. */
  #chances(): Events {
    const tokens = this.#likely
    if (tokens.length === 0) return []
    this.#likely = []
    return this.#gate.pass({ type: "token-logprobs", tokens })
  }

  /** Something broken that names a tool was meant as a call; the rest is talk. */
  #onMalformed(rawText: string, problem: string): Events {
    const { callsAllowed, conversation } = this.#options
    const meant = callsAllowed && conversation.tools.some(({ name }) => rawText.includes(name))
    return meant
      ? this.#gate.refuse({ rawText, problem, call: null })
      : this.#gate.pass({ type: "text-delta", text: rawText })
  }

  #onCall(event: Extract<FamilyEvent, { type: "tool-call" }>): Events {
    if (!this.#options.callsAllowed) return this.#gate.pass({ type: "text-delta", text: event.rawText })
    const gated = this.#gate.call(event)
    return "circles" in gated ? this.#stop(gated.circles) : gated.events
  }

  // Ends

  #stop(problem: string): Events {
    this.#over = true
    this.#completionTokens = this.#pieces
    return [...this.#gate.cutShort(problem), ...this.#finished()]
  }

  #close(): Events {
    this.#over = true
    return [...this.#gate.silence(this.#ending.reason), ...this.#finished()]
  }

  #finished(): Events {
    return [
      this.#usage(),
      { type: "finished", ...(this.#gate.calls > 0 ? ({ reason: "tool-use" } as const) : this.#ending) }
    ]
  }

  #usage(): GenerationEvent {
    return (this.#options.before ?? this).usageWith(this.tokens, this.thoughtTokens)
  }

  /** The usage of this answer's prompt and of so many tokens. */
  usageWith(outputTokens: number, reasoningTokens: number): GenerationEvent {
    return {
      type: "usage",
      usage: {
        ...splitPrompt(this.#promptTokens, this.#prompt),
        outputTokens,
        reasoningTokens
      }
    }
  }
}

const acceptedEvent = (promptTokens: number, notices: ReadonlyArray<Notice>): GenerationEvent => ({
  type: "accepted",
  promptTokens,
  ...(notices.length === 0 ? {} : { notices })
})
