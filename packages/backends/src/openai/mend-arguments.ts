import { checkCall, type RepairRule } from "@pensieve/families"
import type { JsonObject, ToolDefinition } from "@pensieve/models"
import { Result } from "effect"

/** Mends the arguments of calls whose JSON a server handed on as the model wrote it. */
export interface ArgumentMender {
  /** The arguments, where they can be read without guessing. */
  readonly mend: (name: string, json: string) => JsonObject | undefined
  /** The rules it took to read these arguments. */
  readonly rulesOf: (input: JsonObject) => ReadonlyArray<RepairRule>
}

/** Makes the mender of one answer. */
export const makeArgumentMender = (tools: ReadonlyArray<ToolDefinition>): ArgumentMender => {
  const rules = new WeakMap<JsonObject, ReadonlyArray<RepairRule>>()
  return {
    mend: (name, json) => {
      const checked = checkCall({ name, input: json }, tools)
      // What can be read and does not fit is judged with the other calls.
      if (Result.isFailure(checked)) return checked.failure.call?.input
      const { input, repairs } = checked.success
      rules.set(input, repairs)
      return input
    },
    rulesOf: (input) => rules.get(input) ?? []
  }
}
