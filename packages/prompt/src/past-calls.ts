import type { ToolCallPart } from "@pensieve/models"
import type { PromptFamily } from "./prompt-shape.ts"

interface PastCall {
  readonly name: string
  readonly templateId: string
}

/** The calls made so far, so that a result finds its own. Filled turn by turn: later calls never change earlier ones. */
export class PastCalls {
  readonly #byId = new Map<string, PastCall>()
  #made = 0

  add(part: ToolCallPart, family: PromptFamily): PastCall {
    const call = {
      name: part.name,
      templateId: family.templateId({ id: part.id, name: part.name, ordinal: this.#made })
    }
    this.#made += 1
    this.#byId.set(part.id, call)
    return call
  }

  get(id: string): PastCall | undefined {
    return this.#byId.get(id)
  }
}
