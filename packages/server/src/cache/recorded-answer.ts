import { type GenerationEvent, isJsonObject } from "@pensieve/models"

/** Characters of an answer that is kept at most. */
const mostCharacters = 1_000_000

/** What only told of time passing. */
const passing: ReadonlySet<GenerationEvent["type"]> = new Set(["started", "prefill", "heartbeat"])

/** Takes in the events of an answer, and gives them back as one text. */
export class AnswerRecorder {
  #events: Array<GenerationEvent> = []
  #characters = 0

  take(batch: ReadonlyArray<GenerationEvent>): void {
    for (const event of batch) if (!passing.has(event.type)) this.#add(event)
  }

  /** Undefined for an answer that did not come to its proper end, or is too long. */
  text(): string | undefined {
    return this.#events.at(-1)?.type === "finished" && this.#characters <= mostCharacters
      ? JSON.stringify(this.#events)
      : undefined
  }

  /** Pieces of one text become one piece. */
  #add(event: GenerationEvent): void {
    if (this.#characters > mostCharacters) return
    const last = this.#events.at(-1)
    if ((event.type === "text-delta" || event.type === "reasoning-delta") && last?.type === event.type) {
      this.#characters += event.text.length
      this.#events[this.#events.length - 1] = { ...last, text: last.text + event.text }
      return
    }
    this.#characters += "text" in event ? event.text.length : 200
    this.#events.push(event)
  }
}

/** The events of a text that a recorder gave; undefined for anything else. */
export const readRecorded = (text: string): ReadonlyArray<GenerationEvent> | undefined => {
  try {
    const events: unknown = JSON.parse(text)
    return isAnswer(events) ? events : undefined
  } catch {
    return undefined
  }
}

const isAnswer = (value: unknown): value is ReadonlyArray<GenerationEvent> =>
  Array.isArray(value) &&
  value.every((event) => isJsonObject(event) && typeof event.type === "string") &&
  isJsonObject(value.at(-1)) &&
  value.at(-1).type === "finished"
