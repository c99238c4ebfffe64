import type { Conversation, JsonObject, Part } from "@pensieve/models"

/** Inputs kept at most, in characters of JSON; a long session of an agent makes a few megabytes of calls. */
const storeLimit = 16 * 1024 * 1024

/** The inputs of calls as the model wrote them, by the ids that clients give back; the oldest go first. */
export class OwnCalls {
  readonly #limit: number
  readonly #written = new Map<string, string>()
  #size = 0

  constructor(limit: number = storeLimit) {
    this.#limit = limit
  }

  remember(id: string, input: JsonObject): void {
    const text = JSON.stringify(input)
    this.#written.set(id, text)
    this.#size += text.length
    for (const [oldest, old] of this.#written) {
      if (this.#size <= this.#limit) return
      this.#written.delete(oldest)
      this.#size -= old.length
    }
  }

  /** The conversation with what the model wrote beside each call that is known. */
  recall(conversation: Conversation): Conversation {
    if (this.#written.size === 0) return conversation
    const turns = conversation.turns.map((turn) =>
      turn.role === "assistant" ? { ...turn, parts: turn.parts.map((part) => this.#recalled(part)) } : turn
    )
    return { ...conversation, turns }
  }

  #recalled(part: Part): Part {
    const rawText = part.type === "tool-call" ? this.#written.get(part.id) : undefined
    return part.type === "tool-call" && rawText !== undefined ? { ...part, rawText } : part
  }
}
