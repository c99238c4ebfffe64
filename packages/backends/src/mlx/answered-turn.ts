import type { Conversation, GenerationEvent, Part } from "@pensieve/models"
import type { Arranged } from "@pensieve/prompt"
import { arrangeFor, type LoadedModel, namedTurns } from "./plan-generation.ts"

/**
 * The name under which the next request will show what was answered, or undefined where the answer does not become a turn of
 * its own: nothing was said, or it goes on with a turn that the client began.
 */
export const nameOfAnswer = (
  conversation: Conversation,
  arranged: Arranged,
  parts: ReadonlyArray<Part>,
  model: LoadedModel
): string | undefined => {
  if (arranged.continueFinal) return undefined
  const next = { ...conversation, turns: [...conversation.turns, { role: "assistant" as const, parts }] }
  const names = namedTurns(next, arrangeFor(next, model), model)
  return names.length === arranged.messages.length + 1 ? names.at(-1)?.key : undefined
}

/** Collects an answer as the client will send it back. */
export interface TurnGatherer {
  readonly take: (event: GenerationEvent) => void
  readonly parts: () => ReadonlyArray<Part>
}

/** Makes the gatherer of one answer: feed it every event in order. */
export const makeTurnGatherer = (): TurnGatherer => {
  const parts: Array<Part> = []
  const append = (type: "text" | "reasoning", text: string): void => {
    const last = parts.at(-1)
    if (last?.type === type) parts[parts.length - 1] = { ...last, text: last.text + text }
    else if (text !== "") parts.push({ type, text })
  }
  return {
    parts: () => parts,
    take: (event) => {
      if (event.type === "text-delta") append("text", event.text)
      else if (event.type === "reasoning-delta") append("reasoning", event.text)
      else if (event.type === "tool-call")
        parts.push({ type: "tool-call", id: event.id, name: event.name, input: event.input })
    }
  }
}
