import { isEnvelopeRepair } from "@pensieve/families"
import type { BridgeLine, Conversation, GenerationEvent, Notice, Part } from "@pensieve/models"
import type { Arranged } from "@pensieve/prompt"
import { Effect, Stream } from "effect"
import type { BridgeClient } from "./bridge-client.ts"
import { arrangeFor, type LoadedModel, namedTurns } from "./plan-generation.ts"

/** What was asked, of whom. */
interface Asked {
  readonly conversation: Conversation
  readonly arranged: Arranged
  readonly model: LoadedModel
  readonly client: Pick<BridgeClient, "seal">
}

/**
 * Tells the engine the name under which the next request will show what was answered, so that the tokens of the answer stay
 * what they were. The client hears of the end only then: its next request must find the name.
 */
export class AnsweredTurn {
  readonly #asked: Asked
  readonly #parts: Array<Part> = []
  #generation = ""
  #end: GenerationEvent | null = null

  constructor(asked: Asked) {
    this.#asked = asked
  }

  /** The events of a line, without the end of the answer. */
  pass(line: BridgeLine, events: ReadonlyArray<GenerationEvent>): ReadonlyArray<GenerationEvent> {
    if (line.type === "accepted") this.#generation = line.generation
    events.forEach((event) => this.#take(event))
    return this.#end === null ? events : events.filter(({ type }) => type !== "finished")
  }

  /** The end of the answer, if there was one. @param notices what was mended in it */
  ending(notices: ReadonlyArray<Notice>): Stream.Stream<GenerationEvent> {
    return this.#end === null ? Stream.empty : Stream.fromEffect(Effect.as(this.#seal(notices), this.#end))
  }

  #seal(notices: ReadonlyArray<Notice>): Effect.Effect<void> {
    const name = notices.every(({ code }) => isEnvelopeRepair(code)) ? this.#name() : undefined
    return name === undefined ? Effect.void : Effect.ignore(this.#asked.client.seal(this.#generation, name))
  }

  /** Undefined where the answer does not become a turn of its own: nothing was said, or the client began the turn. */
  #name(): string | undefined {
    const { conversation, arranged, model } = this.#asked
    if (arranged.continueFinal) return undefined
    const next = { ...conversation, turns: [...conversation.turns, { role: "assistant" as const, parts: this.#parts }] }
    const names = namedTurns(next, arrangeFor(next, model), model)
    return names.length === arranged.messages.length + 1 ? names.at(-1)?.key : undefined
  }

  #take(event: GenerationEvent): void {
    if (event.type === "text-delta") this.#append("text", event.text)
    else if (event.type === "reasoning-delta") this.#append("reasoning", event.text)
    else if (event.type === "tool-call")
      this.#parts.push({ type: "tool-call", id: event.id, name: event.name, input: event.input })
    else if (event.type === "finished") this.#end = event
  }

  #append(type: "text" | "reasoning", text: string): void {
    const last = this.#parts.at(-1)
    if (last?.type === type) this.#parts[this.#parts.length - 1] = { ...last, text: last.text + text }
    else if (text !== "") this.#parts.push({ type, text })
  }
}
