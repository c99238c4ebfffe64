import { isWhole, type WrittenCall } from "../finish-calls.ts"
import type { CallFragment } from "./read-chunk.ts"

/** A call while its fragments come in. */
export interface CallDraft extends WrittenCall {
  readonly index: number | undefined
}

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
