import { type FamilyEvent, type FamilyParser, type MalformedCall, meantName } from "@pensieve/families"
import type { GenerationEvent, ToolCall } from "@pensieve/models"
import type { ReadCall } from "../call-gate.ts"

/** What is needed to find calls in the words of an answer. */
export interface TextCallOptions {
  readonly parser: FamilyParser
  /** Names of the tools that may be called. */
  readonly toolNames: ReadonlyArray<string>
}

/** What an answer says, with its calls as they were read. */
export type Said = Exclude<GenerationEvent, ToolCall> | ReadCall | MalformedCall

const closing = new Set<GenerationEvent["type"]>(["tool-call", "usage", "finished", "failed"])

/**
 * Makes the step that finds calls written as text, for servers that leave them there. Feed it the decoder's events batch by
 * batch: the end of an answer comes in one.
 */
export const makeTextCalls = ({
  parser,
  toolNames
}: TextCallOptions): ((batch: ReadonlyArray<GenerationEvent>) => ReadonlyArray<Said>) => {
  const found: Array<ReadCall> = []
  let over = false

  const onFamilyEvent = (event: FamilyEvent): Said => {
    switch (event.type) {
      case "text":
        return { type: "text-delta", text: event.text }
      case "reasoning":
        return { type: "reasoning-delta", text: event.text }
      case "tool-call": {
        // A name nobody declared is more likely talk than a call.
        if (meantName(event.name, toolNames) === undefined) return { type: "text-delta", text: event.rawText }
        found.push(event)
        return event
      }
      default:
        return event
    }
  }

  const flush = (batch: ReadonlyArray<GenerationEvent>): ReadonlyArray<Said> => {
    if (over) return []
    over = true
    const end = batch.find((event) => event.type === "finished" || event.type === "failed")
    const reason = end?.type === "finished" ? (end.reason === "max-tokens" ? "length" : "stop") : "error"
    return parser.end(reason).map(onFamilyEvent)
  }

  const onEvent = (event: GenerationEvent, batch: ReadonlyArray<GenerationEvent>): ReadonlyArray<Said> => {
    if (event.type === "text-delta") return over ? [event] : parser.push({ text: event.text }).map(onFamilyEvent)
    const before = closing.has(event.type) ? flush(batch) : []
    if (event.type !== "tool-call") return [...before, event]
    return found.some((call) => same(call, event)) ? before : [...before, readCall(event)]
  }

  return (batch) => batch.flatMap((event) => onEvent(event, batch))
}

/** A call that a server has found by itself. */
export const readCall = (call: ToolCall): ReadCall => ({ ...call, rawText: JSON.stringify(call.input) })

/** A server that finds a call may leave it in the words as well. */
const same = (a: Pick<ToolCall, "name" | "input">, b: ToolCall): boolean =>
  a.name === b.name && JSON.stringify(a.input) === JSON.stringify(b.input)
