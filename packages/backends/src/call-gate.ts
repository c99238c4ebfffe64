import type { FamilyToolCall } from "@pensieve/families"
import type { Conversation, FinishReason, GenerationEvent, JsonObject, Notice, ToolCall } from "@pensieve/models"
import { makeCallJudge, type RefusedCall } from "./judge-call.ts"

type Events = ReadonlyArray<GenerationEvent>

/** A call that was read from an answer; with an id where the server gave it one. */
export type ReadCall = FamilyToolCall & { readonly id?: string }

/** Why an answer should be asked for once more. */
export type Shortfall =
  /** The turn ended and there was nothing in it. */
  | { readonly type: "empty" }
  /** Its only call cannot be run. `said` is the text before it. */
  | { readonly type: "call"; readonly refused: RefusedCall; readonly said: string }

/** What the gate of one answer is told. */
export interface CallGateOptions {
  readonly conversation: Conversation
  /** A fresh id of a tool call, unique in the conversation. */
  readonly makeCallId: () => string
  /** Whether the model was asked for calls at all; one that it makes all the same is not asked for again. */
  readonly callsAllowed: boolean
  /** Nothing is asked for again: what is wrong is handed over as it is. */
  readonly last: boolean
  /** Learns the calls that are made. */
  readonly onCall?: (call: ToolCall) => void
}

/** What goes out for a call, or why the answer ends in front of it. */
export type GatedCall = { readonly events: Events } | { readonly circles: string }

/** A call that waits for a better one, or an event behind it. */
type Held = GenerationEvent | { readonly type: "refused"; readonly refused: RefusedCall }

/**
 * Where the calls of one answer pass, checked and mended. From a call that cannot be run on, everything is held until it is
 * known whether the model does better when it is asked again.
 */
export class CallGate {
  readonly #options: CallGateOptions
  readonly #judge: ReturnType<typeof makeCallJudge>
  readonly #notices: Array<Notice> = []
  readonly #held: Array<Held> = []
  #calls = 0
  #said = ""

  constructor(options: CallGateOptions) {
    this.#options = options
    this.#judge = makeCallJudge(options.conversation)
  }

  /** Calls that were let out. */
  get calls(): number {
    return this.#calls
  }

  /** What was mended, refused or ended early. */
  get notices(): ReadonlyArray<Notice> {
    return this.#notices
  }

  /** Lets an event out that is no call. */
  pass(event: GenerationEvent): Events {
    if (this.#held.length > 0) {
      this.#held.push(event)
      return []
    }
    if (event.type === "text-delta") this.#said += event.text
    return [event]
  }

  /** A call: out, held, or the end of the answer. */
  call(read: ReadCall): GatedCall {
    const verdict = this.#judge(read)
    if (verdict.type === "stop") return { circles: verdict.problem }
    if (verdict.type === "refused") return { events: this.refuse({ ...verdict, ...idOf(read) }) }
    this.#notices.push(...verdict.notices)
    return { events: this.pass(this.#made({ ...verdict, ...idOf(read) })) }
  }

  /** A call that cannot be run. */
  refuse(refused: RefusedCall): Events {
    const { last, callsAllowed } = this.#options
    if (last || !callsAllowed || this.#calls > 0) return this.#handOver(refused)
    this.#held.push({ type: "refused", refused })
    return []
  }

  /** What the answer lacks, once the model has ended its turn. */
  shortfall(): Shortfall | null {
    if (this.#options.last || this.#calls > 0 || this.#options.conversation.maxTokens === 0) return null
    const [first] = this.#held
    if (first?.type === "refused") return { type: "call", refused: first.refused, said: this.#said }
    return this.#said.trim() === "" ? { type: "empty" } : null
  }

  /** Everything that was held, with the better calls in the place of the first that was refused. */
  release(better: Events): Events {
    const held = this.#held.splice(0)
    this.#calls += better.length
    const events = held.flatMap((item, index): Events => {
      if (item.type !== "refused") return [item]
      return index === 0 && better.length > 0 ? better : this.#handOver(item.refused)
    })
    for (const event of events) if (event.type === "text-delta") this.#said += event.text
    return events
  }

  /** Ends the answer of a model that goes in circles: what was held, and a word where there is no call. */
  cutShort(problem: string): Events {
    this.#notices.push({ code: "answer-ended", message: `The answer was ended: ${problem}.` })
    const held = this.release([])
    return this.#calls > 0 ? held : [...held, { type: "text-delta", text: `\n\n[The answer was ended: ${problem}.]` }]
  }

  /** A word for clients, which cannot take an empty answer; none where the answer has something, or was not to have anything. */
  silence(reason: FinishReason): Events {
    const silent = this.#calls === 0 && this.#said.trim() === "" && reason === "end-turn"
    return silent && this.#options.conversation.maxTokens !== 0 ? [nothingSaid] : []
  }

  #made({ id, name, input }: { readonly id?: string; readonly name: string; readonly input: JsonObject }): ToolCall {
    const call: ToolCall = { type: "tool-call", id: id ?? this.#options.makeCallId(), name, input }
    this.#options.onCall?.(call)
    this.#calls += 1
    return call
  }

  /** A call that cannot be run goes to the client as it is, which tells the model so; what is no call at all, as text. */
  #handOver({ call, rawText, problem, id }: RefusedCall): Events {
    this.#notices.push({ code: "call-refused", message: problem })
    if (call === null) return [{ type: "text-delta", text: rawText }]
    return [this.#made({ ...call, ...(id === undefined ? {} : { id }) })]
  }
}

const idOf = ({ id }: ReadCall): { readonly id?: string } => (id === undefined ? {} : { id })

const nothingSaid: GenerationEvent = { type: "text-delta", text: "[The model ended its turn without an answer.]" }
