import { checkCall, type FamilyToolCall, type RepairRule, repairNotice } from "@pensieve/families"
import type { Conversation, JsonObject, Notice } from "@pensieve/models"
import { Result } from "effect"
import { watchCalls } from "./repetition.ts"

/** A call that is wrong in a way nobody may mend. */
export interface RefusedCall {
  /** As the model wrote it. */
  readonly rawText: string
  /** What is wrong with it, for the model and the log. */
  readonly problem: string
  /** What a client gets that is to refuse it by itself; null where it can only be text. */
  readonly call: { readonly name: string; readonly input: JsonObject } | null
  /** The server's own id of it, if it has one. */
  readonly id?: string
}

/** What a written call comes to. */
export type CallVerdict =
  | {
      readonly type: "call"
      readonly name: string
      readonly input: JsonObject
      readonly notices: ReadonlyArray<Notice>
    }
  | ({ readonly type: "refused" } & RefusedCall)
  /** The model goes in circles: the call is not made, and the answer ends. */
  | { readonly type: "stop"; readonly problem: string }

/** Judges the calls of one answer, in the order in which they are made. */
export const makeCallJudge = (conversation: Conversation): ((written: FamilyToolCall) => CallVerdict) => {
  const watch = watchCalls(conversation)
  return ({ name, input, rawText, repairs = [], fromReasoning }) => {
    const checked = checkCall({ name, input }, conversation.tools)
    const repetition = watch(Result.isSuccess(checked) ? checked.success : { name, input })
    if (repetition !== null) return { type: "stop", problem: repetition }
    if (Result.isFailure(checked)) return { type: "refused", rawText, ...checked.failure }
    const call = checked.success
    const rules: ReadonlySet<RepairRule> = new Set([...repairs, ...call.repairs])
    const notices = [...rules].map((rule) => repairNotice(rule, call.name))
    return {
      type: "call",
      name: call.name,
      input: call.input,
      notices: fromReasoning === true ? [...notices, promoted(call.name)] : notices
    }
  }
}

const promoted = (name: string): Notice => ({
  code: "call-from-reasoning",
  message: `The model wrote its call inside thinking that it never closed. Tool: ${name}.`
})
