import type { Conversation } from "@pensieve/models"
import { createHash } from "node:crypto"
import type { LoadedModel } from "./plan-generation.ts"
import { type PlannedGrammar, planGrammar, type Refused } from "./plan-grammar.ts"

/** Grammars of the last so many kinds of requests are kept: a session needs about one for each of its agents. */
const mostKept = 64

/** A grammar, and under which key it is kept. */
export interface KeptPlan {
  readonly key: string
  readonly plan: PlannedGrammar | null
}

/** Keeps grammars, so that the turns of a session do not write the same one again, and what the compiler said of them. */
export class GrammarPlans {
  readonly #plans = new Map<string, PlannedGrammar | null>()

  /** The grammar of the answer that a conversation asks for. */
  of(conversation: Conversation, model: LoadedModel, continues: boolean): KeptPlan {
    const key = keyOf(conversation, model, continues)
    const known = this.#plans.get(key)
    if (known !== undefined) {
      // The last one used is the last one to go.
      this.#plans.delete(key)
      this.#plans.set(key, known)
      return { key, plan: known }
    }
    const plan = planGrammar(conversation, model, continues)
    this.#keep(key, plan)
    return { key, plan }
  }

  /** The grammar without what the compiler refused of it, from now on; with nothing refused there is none. */
  loosen(key: string, conversation: Conversation, model: LoadedModel, refused: Refused): PlannedGrammar | null {
    const hopeless = refused.tools.size === 0 && !refused.output
    const plan = hopeless ? null : planGrammar(conversation, model, false, refused)
    this.#keep(key, plan)
    return plan
  }

  #keep(key: string, plan: PlannedGrammar | null): void {
    const [oldest] = this.#plans.keys()
    if (oldest !== undefined && this.#plans.size >= mostKept) this.#plans.delete(oldest)
    this.#plans.set(key, plan)
  }
}

/** Everything that a grammar depends on. Of the tools only what the model is held to: descriptions may change. */
const keyOf = (conversation: Conversation, { card }: LoadedModel, continues: boolean): string => {
  const { tools, toolChoice, parallelToolCalls, output, reasoning } = conversation
  const schemas = tools.map(({ name, inputSchema }) => [name, inputSchema])
  return createHash("sha256")
    .update(JSON.stringify([card.fingerprint, schemas, toolChoice, parallelToolCalls, output, reasoning, continues]))
    .digest("base64url")
}
