import { BackendFailed } from "@pensieve/errors"
import { type FinishReason, isJsonObject, type JsonObject, type ToolCall } from "@pensieve/models"
import { Result } from "effect"
import { freshId } from "./fresh-id.ts"
import { parseJson } from "./parse-json.ts"
import { parseToolInput } from "./parse-tool-input.ts"

/** What the calls of an upstream's answer depend on besides its bytes. */
export interface CallOptions {
  /** Own names of tools by the names that were sent. */
  readonly toolNames?: ReadonlyMap<string, string>
  /** Ids of calls the conversation already has. */
  readonly callIds?: ReadonlyArray<string>
  /** Begins the id of a call that came without one; unique to the answer. */
  readonly idPrefix: string
  /** Reads arguments that are no JSON object as they stand, if it can: the repair of a model family. */
  readonly repairArguments?: (name: string, json: string) => JsonObject | undefined
  /** Takes a call that has no name or that nobody can read, and the answer goes on without it. Unless told, it fails. */
  readonly onUnreadable?: (call: WrittenCall, problem: string) => void
}

/** A call as an upstream wrote it. */
export interface WrittenCall {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly json: string
}

const plainInput = (json: string): JsonObject | undefined => parseToolInput(json.trim())

/** The input where it was encoded twice: a JSON string that holds the object. */
const innerInput = (json: string): JsonObject | undefined => {
  const inner = json.trimStart().startsWith('"') ? parseJson(json) : undefined
  const value = typeof inner === "string" ? parseJson(inner) : undefined
  return isJsonObject(value) ? value : undefined
}

/** Whether a call's input is there and whole, so that nothing can follow. */
export const isWhole = ({ json }: WrittenCall): boolean =>
  json !== "" && (plainInput(json) ?? innerInput(json)) !== undefined

const finishCall = (
  { id, name, json }: WrittenCall,
  place: number,
  options: CallOptions,
  taken: ReadonlySet<string>
): Result.Result<ToolCall, BackendFailed> => {
  if (name === undefined) {
    return Result.fail(new BackendFailed({ message: "The model called a tool without naming it." }))
  }
  const own = options.toolNames?.get(name) ?? name
  const input = plainInput(json) ?? options.repairArguments?.(own, json) ?? innerInput(json)
  return input === undefined
    ? Result.fail(new BackendFailed({ message: `The model's call of "${own}" has arguments that are no JSON object.` }))
    : Result.succeed({
        type: "tool-call",
        id: freshId(id ?? `${options.idPrefix}${place}`, taken),
        name: own,
        input
      })
}

/**
 * The calls once nothing can be added to them. Where a limit cut the answer off, a call that is not whole is left out;
 * otherwise it fails the answer, for a call with guessed arguments must not be run.
 *
 * @param taken ids the conversation and the answer have already
 * @param before calls of the answer that were finished earlier
 */
export const finishCalls = (
  written: ReadonlyArray<WrittenCall>,
  options: CallOptions,
  cutOff: boolean,
  taken: ReadonlySet<string>,
  before = 0
): Result.Result<ReadonlyArray<ToolCall>, BackendFailed> => {
  const ids = new Set(taken)
  const calls: Array<ToolCall> = []
  for (const [index, draft] of written.entries()) {
    if (cutOff && !(draft.name !== undefined && isWhole(draft))) continue
    const call = finishCall(draft, before + index, options, ids)
    if (Result.isFailure(call)) {
      if (options.onUnreadable === undefined) return Result.fail(call.failure)
      options.onUnreadable(draft, call.failure.message)
      continue
    }
    ids.add(call.success.id)
    calls.push(call.success)
  }
  return Result.succeed(calls)
}

/** Whether an answer that ended so may end inside a call. */
export const cutsOff = (reason: FinishReason): boolean =>
  reason === "max-tokens" || reason === "refusal" || reason === "context-window"

/** `tool-use` if and only if there is a call and no other one was cut off, whatever the upstream said. */
export const reasonOf = (said: FinishReason, calls: number, cut: boolean): FinishReason => {
  if (calls > 0 && !cut) return "tool-use"
  return said === "tool-use" ? "end-turn" : said
}
