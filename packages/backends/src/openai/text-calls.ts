import type { FamilyEvent, FamilyParser } from "@pensieve/families"
import type { FinishReason, GenerationEvent, ToolCall } from "@pensieve/models"

/** What is needed to find calls in the words of an answer. */
export interface TextCallOptions {
  readonly parser: FamilyParser
  /** Names of the tools that may be called. */
  readonly toolNames: ReadonlySet<string>
  /** A fresh id of a call. */
  readonly makeCallId: () => string
}

type Events = ReadonlyArray<GenerationEvent>

const closing = new Set<GenerationEvent["type"]>(["tool-call", "usage", "finished", "failed"])

/**
 * Makes the step that finds calls written as text, for servers that leave them there. Feed it the decoder's events batch by
 * batch: the end of an answer comes in one.
 */
export const makeTextCalls = ({ parser, toolNames, makeCallId }: TextCallOptions): ((batch: Events) => Events) => {
  const found: Array<ToolCall> = []
  let over = false

  const onFamilyEvent = (event: FamilyEvent): GenerationEvent => {
    switch (event.type) {
      case "text":
        return { type: "text-delta", text: event.text }
      case "reasoning":
        return { type: "reasoning-delta", text: event.text }
      case "reasoning-end":
        return { type: "reasoning-end" }
      case "malformed-call":
        return { type: "text-delta", text: event.rawText }
      case "tool-call": {
        // A name nobody declared is more likely talk than a call.
        if (!toolNames.has(event.name)) return { type: "text-delta", text: event.rawText }
        const call: ToolCall = { type: "tool-call", id: makeCallId(), name: event.name, input: event.input }
        found.push(call)
        return call
      }
    }
  }

  const flush = (batch: Events): Events => {
    if (over) return []
    over = true
    const end = batch.find((event) => event.type === "finished" || event.type === "failed")
    const reason = end?.type === "finished" ? (end.reason === "max-tokens" ? "length" : "stop") : "error"
    return parser.end(reason).map(onFamilyEvent)
  }

  const onEvent = (event: GenerationEvent, batch: Events): Events => {
    if (event.type === "text-delta") return over ? [event] : parser.push({ text: event.text }).map(onFamilyEvent)
    const before = closing.has(event.type) ? flush(batch) : []
    if (event.type === "tool-call") return found.some((call) => same(call, event)) ? before : [...before, event]
    return event.type === "finished"
      ? [...before, { ...event, reason: reasonOf(event.reason, found.length) }]
      : [...before, event]
  }

  return (batch) => batch.flatMap((event) => onEvent(event, batch))
}

/** A server that finds a call may leave it in the words as well. */
const same = (a: ToolCall, b: ToolCall): boolean =>
  a.name === b.name && JSON.stringify(a.input) === JSON.stringify(b.input)

const reasonOf = (said: FinishReason, calls: number): FinishReason =>
  calls > 0 && said === "end-turn" ? "tool-use" : said
