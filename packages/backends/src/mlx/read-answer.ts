import { type BackendError, BackendFailed } from "@pensieve/errors"
import type { EndReason, FamilyEvent, FamilyParser } from "@pensieve/families"
import {
  type BridgeLine,
  type Conversation,
  type FinishReason,
  type GenerationEvent,
  type JsonObject,
  type Notice,
  splitPrompt,
  type Started
} from "@pensieve/models"
import { Result } from "effect"
import { makeCallJudge, type RefusedCall } from "../judge-call.ts"
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

/** Why an answer should be asked for once more. */
export type Shortfall =
  /** The turn ended and there was nothing in it. */
  | { readonly type: "empty" }
  /** Its only call cannot be run. `said` is the text before it. */
  | { readonly type: "call"; readonly refused: RefusedCall; readonly said: string }

/** A call that waits for a better one, or an event behind it. */
type Held = GenerationEvent | { readonly type: "refused"; readonly refused: RefusedCall }

/**
 * Reads one answer of the engine: feed it every line in order. Calls come out checked; from a call that cannot be run on,
 * everything is held until it is known whether the model does better when it is asked again.
 */
export class AnswerReader {
  readonly #options: AnswerOptions
  readonly #judge: ReturnType<typeof makeCallJudge>
  readonly #tooMuchSpace = watchSpace()
  readonly #notices: Array<Notice> = []
  readonly #held: Array<Held> = []
  #promptTokens = 0
  #prompt: Omit<Started, "type"> = { cachedTokens: 0 }
  #pieces = 0
  #completionTokens = 0
  #calls = 0
  #said = ""
  #ending: { readonly reason: FinishReason; readonly stopSequence?: string } = { reason: "end-turn" }
  #shortfall: Shortfall | null = null
  #over = false

  constructor(options: AnswerOptions) {
    this.#options = options
    this.#judge = makeCallJudge(options.conversation)
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
    return this.#notices
  }

  /** Tokens generated, those of the answer before included. */
  get tokens(): number {
    return (this.#options.before?.tokens ?? 0) + this.#completionTokens
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
      case "finished":
        return this.#onFinished(line)
    }
  }

  /**
   * Ends an answer that fell short: with the better calls in the place of the one that was refused, or, without any, with
   * what it was.
   */
  settle(better: Events, tokens: number): Events {
    this.#completionTokens = tokens
    this.#shortfall = null
    return [...this.#release(better), ...this.#close()]
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
    if (!("text" in line)) return this.#onFamilyEvents(parser.push({ marker: line.marker }))
    const events = this.#onFamilyEvents(parser.push({ text: line.text }))
    return this.#tooMuchSpace(line.text)
      ? [...events, ...this.#stop("the model wrote nothing but white space")]
      : events
  }

  #onFinished(line: Extract<BridgeLine, { type: "finished" }>): LineReading {
    if (this.#over) return Result.succeed([])
    if (line.reason === "cancelled")
      return Result.fail(new BackendFailed({ message: "The engine was stopped before the answer was whole." }))
    if (line.reason === "error")
      return Result.fail(
        new BackendFailed({ message: line.error?.message ?? "The engine failed while it worked on this request." })
      )
    this.#completionTokens = line.completionTokens
    const { stopSequences } = this.#options.conversation
    const own = line.stop !== null && stopSequences.includes(line.stop) ? line.stop : null
    const reason: EndReason = own === null ? line.reason : "stop-sequence"
    if (line.reason === "length") this.#ending = { reason: "max-tokens" }
    else if (own !== null) this.#ending = { reason: "stop-sequence", stopSequence: own }
    const events = this.#onFamilyEvents(this.#options.parser.end(reason))
    if (this.#over) return Result.succeed(events)
    this.#shortfall = this.#options.last || reason !== "stop" ? null : this.#fellShort()
    if (this.#shortfall === null) return Result.succeed([...events, ...this.#release([]), ...this.#close()])
    // White space alone is better not said.
    return Result.succeed(
      this.#shortfall.type === "empty" ? events.filter(({ type }) => type !== "text-delta") : events
    )
  }

  #fellShort(): Shortfall | null {
    if (this.#calls > 0 || this.#warmsOnly) return null
    const [first] = this.#held
    if (first?.type === "refused") return { type: "call", refused: first.refused, said: this.#said }
    return this.#said.trim() === "" ? { type: "empty" } : null
  }

  // Events of the family

  #onFamilyEvents(events: ReadonlyArray<FamilyEvent>): Events {
    return events.flatMap((event) => (this.#over ? [] : this.#onFamilyEvent(event)))
  }

  #onFamilyEvent(event: FamilyEvent): Events {
    switch (event.type) {
      case "text":
        return this.#out({ type: "text-delta", text: event.text })
      case "reasoning":
        return this.#out({ type: "reasoning-delta", text: event.text })
      case "reasoning-end":
        return this.#out({ type: "reasoning-end" })
      case "malformed-call":
        return this.#onMalformed(event.rawText, event.problem)
      case "tool-call":
        return this.#onCall(event)
    }
  }

  /** Something broken that names a tool was meant as a call; the rest is talk. */
  #onMalformed(rawText: string, problem: string): Events {
    const { callsAllowed, conversation } = this.#options
    const meant = callsAllowed && conversation.tools.some(({ name }) => rawText.includes(name))
    return meant ? this.#refuse({ rawText, problem, call: null }) : this.#out({ type: "text-delta", text: rawText })
  }

  #onCall(event: Extract<FamilyEvent, { type: "tool-call" }>): Events {
    if (!this.#options.callsAllowed) return this.#out({ type: "text-delta", text: event.rawText })
    const verdict = this.#judge(event)
    if (verdict.type === "stop") return this.#stop(verdict.problem)
    if (verdict.type === "refused") return this.#refuse(verdict)
    this.#notices.push(...verdict.notices)
    return this.#out(this.#call(verdict))
  }

  #call({ name, input }: { readonly name: string; readonly input: JsonObject }): GenerationEvent {
    const id = this.#options.makeCallId()
    this.#options.ownCalls.remember(id, input)
    this.#calls += 1
    return { type: "tool-call", id, name, input }
  }

  #refuse(refused: RefusedCall): Events {
    if (this.#options.last || this.#calls > 0) return this.#handOver(refused)
    this.#held.push({ type: "refused", refused })
    return []
  }

  #out(event: GenerationEvent): Events {
    if (this.#held.length > 0) {
      this.#held.push(event)
      return []
    }
    if (event.type === "text-delta") this.#said += event.text
    return [event]
  }

  /** A call that cannot be run goes to the client as it is, which tells the model so; what is no call at all, as text. */
  #handOver({ call, rawText, problem }: RefusedCall): Events {
    this.#notices.push({ code: "call-refused", message: problem })
    if (call === null) return [{ type: "text-delta", text: rawText }]
    return [this.#call(call)]
  }

  // Ends

  #release(better: Events): Events {
    const held = this.#held.splice(0)
    this.#calls += better.length
    const events = held.flatMap((item, index): Events => {
      if (item.type !== "refused") return [item]
      return index === 0 && better.length > 0 ? better : this.#handOver(item.refused)
    })
    for (const event of events) if (event.type === "text-delta") this.#said += event.text
    return events
  }

  #stop(problem: string): Events {
    this.#over = true
    this.#notices.push({ code: "answer-ended", message: `The answer was ended: ${problem}.` })
    this.#completionTokens = this.#pieces
    const held = this.#release([])
    const word: Events =
      this.#calls > 0 ? [] : [{ type: "text-delta", text: `\n\n[The answer was ended: ${problem}.]` }]
    return [...held, ...word, ...this.#finished()]
  }

  #close(): Events {
    this.#over = true
    const silent = this.#calls === 0 && this.#said.trim() === "" && this.#ending.reason === "end-turn"
    return [...(silent && !this.#warmsOnly ? [nothingSaid] : []), ...this.#finished()]
  }

  /** The client wants the prompt in the cache and no answer. */
  get #warmsOnly(): boolean {
    return this.#options.conversation.maxTokens === 0
  }

  #finished(): Events {
    return [
      this.#usage(),
      { type: "finished", ...(this.#calls > 0 ? ({ reason: "tool-use" } as const) : this.#ending) }
    ]
  }

  #usage(): GenerationEvent {
    return (this.#options.before ?? this).usageWith(this.tokens)
  }

  /** The usage of this answer's prompt and of so many tokens. */
  usageWith(outputTokens: number): GenerationEvent {
    return {
      type: "usage",
      usage: {
        ...splitPrompt(this.#promptTokens, this.#prompt),
        outputTokens,
        reasoningTokens: 0
      }
    }
  }
}

const acceptedEvent = (promptTokens: number, notices: ReadonlyArray<Notice>): GenerationEvent => ({
  type: "accepted",
  promptTokens,
  ...(notices.length === 0 ? {} : { notices })
})

/** Clients cannot take an empty answer. */
const nothingSaid: GenerationEvent = { type: "text-delta", text: "[The model ended its turn without an answer.]" }
