import { BackendFailed } from "@pensieve/errors"
import { isJsonObject, type JsonObject, type ToolCall } from "@pensieve/models"
import { Result } from "effect"
import { parseJson } from "../parse-json.ts"
import { parseToolInput } from "../parse-tool-input.ts"
import { freshId } from "../fresh-id.ts"
import type { CallFragment } from "./read-chunk.ts"

/** A call while its fragments come in. */
export interface CallDraft {
  readonly index: number | undefined
  readonly id: string | undefined
  readonly name: string | undefined
  readonly json: string
}

/** What a finished call depends on besides its draft. */
export interface CallOptions {
  /** Own names of tools by the names that were sent. */
  readonly toolNames?: ReadonlyMap<string, string>
  /** Ids of calls the conversation already has. */
  readonly callIds?: ReadonlyArray<string>
  /** Begins the id of a call that came without one; unique to the answer. */
  readonly idPrefix: string
  /** Reads arguments that are no JSON object as they stand, if it can: the repair of a model family. */
  readonly repairArguments?: (name: string, json: string) => JsonObject | undefined
}

/** The input, also where it was encoded twice: a JSON string that holds the object. */
const inputOf = (json: string): JsonObject | undefined => {
  const whole = parseToolInput(json.trim())
  if (whole !== undefined || !json.trimStart().startsWith('"')) return whole
  const inner = parseJson(json)
  const value = typeof inner === "string" ? parseJson(inner) : undefined
  return isJsonObject(value) ? value : undefined
}

const isWhole = (draft: CallDraft): boolean => draft.json !== "" && inputOf(draft.json) !== undefined

/**
 * Whether a named fragment begins another call although it points at this draft: servers that give every call the same
 * index, or the same id, send the arguments of each whole.
 */
const beginsAnother = (draft: CallDraft, fragment: CallFragment): boolean => {
  if (fragment.name === undefined || draft.name === undefined) return false
  if (fragment.id !== undefined && draft.id !== undefined && fragment.id !== draft.id) return true
  return fragment.name !== draft.name || (fragment.json.trimStart().startsWith("{") && isWhole(draft))
}

/** The same call sent once more, whole. */
const repeats = (draft: CallDraft, fragment: CallFragment): boolean =>
  fragment.id !== undefined &&
  fragment.id === draft.id &&
  fragment.name === draft.name &&
  fragment.index === draft.index &&
  fragment.json === draft.json &&
  isWhole(draft)

/** Which draft a fragment adds to: by index and id, by either, else the last one. -1 begins a new call. */
const targetOf = (drafts: ReadonlyArray<CallDraft>, { index, id }: CallFragment): number => {
  if (index === undefined)
    return id === undefined ? drafts.length - 1 : drafts.findLastIndex((draft) => draft.id === id)
  const exact = id === undefined ? -1 : drafts.findLastIndex((draft) => draft.index === index && draft.id === id)
  return exact === -1 ? drafts.findLastIndex((draft) => draft.index === index) : exact
}

const joined = (draft: CallDraft, fragment: CallFragment): CallDraft => ({
  index: draft.index,
  id: draft.id ?? fragment.id,
  name: draft.name ?? fragment.name,
  json: draft.json + fragment.json
})

/** Adds a fragment to the call it belongs to, or begins one. Calls may come interleaved. */
export const addFragment = (drafts: ReadonlyArray<CallDraft>, fragment: CallFragment): ReadonlyArray<CallDraft> => {
  const at = targetOf(drafts, fragment)
  const draft = drafts[at]
  if (draft === undefined) return [...drafts, fragment]
  if (repeats(draft, fragment)) return drafts
  return beginsAnother(draft, fragment) ? [...drafts, fragment] : drafts.with(at, joined(draft, fragment))
}

/** The calls of an answer, and whether one was left out because it was cut off. */
export interface FinishedCalls {
  readonly calls: ReadonlyArray<ToolCall>
  readonly cut: boolean
}

const unreadable = (name: string): BackendFailed =>
  new BackendFailed({ message: `The model's call of "${name}" has arguments that are no JSON object.` })

/**
 * The calls once the answer has ended. Where a limit cut the answer off, a call that is not whole is left out; otherwise it
 * fails the answer, for a call with guessed arguments must not be run.
 */
export const finishCalls = (
  drafts: ReadonlyArray<CallDraft>,
  options: CallOptions,
  cutOff: boolean
): Result.Result<FinishedCalls, BackendFailed> => {
  const taken = new Set(options.callIds ?? [])
  const calls: Array<ToolCall> = []
  let cut = false
  for (const [index, draft] of drafts.entries()) {
    if (cutOff && !(draft.name !== undefined && isWhole(draft))) {
      cut = true
      continue
    }
    if (draft.name === undefined) {
      return Result.fail(new BackendFailed({ message: "The model called a tool without naming it." }))
    }
    const name = options.toolNames?.get(draft.name) ?? draft.name
    const input = inputOf(draft.json) ?? options.repairArguments?.(name, draft.json)
    if (input === undefined) return Result.fail(unreadable(name))
    const id = freshId(draft.id ?? `${options.idPrefix}${index}`, taken)
    taken.add(id)
    calls.push({ type: "tool-call", id, name, input })
  }
  return Result.succeed({ calls, cut })
}
