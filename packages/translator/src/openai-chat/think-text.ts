/** Where thinking stands in an upstream's plain text: nowhere, between tags, or from the start because the template opened it. */
export type ThinkForm = "none" | "tagged" | "opened"

/** Where the splitter stands. */
export interface ThinkState {
  readonly place: "start" | "inside" | "after" | "text"
  /** What follows a beginning without the opening tag. */
  readonly otherwise: "inside" | "text"
  /** Text that may be the beginning of a tag. */
  readonly pending: string
}

/** Text or thinking. */
export interface ThinkPiece {
  readonly kind: "text" | "reasoning"
  readonly text: string
}

type ThinkStep = readonly [ThinkState, ReadonlyArray<ThinkPiece>]

const opening = "<think>"
const closing = "</think>"

export const initialThink = (form: ThinkForm): ThinkState => ({
  place: form === "none" ? "text" : "start",
  otherwise: form === "opened" ? "inside" : "text",
  pending: ""
})

const piece = (kind: ThinkPiece["kind"], text: string): ReadonlyArray<ThinkPiece> =>
  text === "" ? [] : [{ kind, text }]

const before = (pieces: ReadonlyArray<ThinkPiece>, [state, more]: ThinkStep): ThinkStep => [state, [...pieces, ...more]]

/** Only a tag at the very beginning opens: a model that explains the tag must not. */
const onStart = (state: ThinkState, text: string): ThinkStep => {
  const begun = text.trimStart()
  if (begun.length < opening.length && opening.startsWith(begun)) return [{ ...state, pending: text }, []]
  return begun.startsWith(opening)
    ? pushThink({ ...state, place: "inside" }, begun.slice(opening.length))
    : pushThink({ ...state, place: state.otherwise }, text)
}

/** Length of the longest end of `text` with which the closing tag may begin. */
const heldLength = (text: string): number => {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length--) {
    if (closing.startsWith(text.slice(-length))) return length
  }
  return 0
}

const onInside = (state: ThinkState, text: string): ThinkStep => {
  const at = text.indexOf(closing)
  if (at >= 0) {
    const after = pushThink({ ...state, place: "after" }, text.slice(at + closing.length))
    return before(piece("reasoning", text.slice(0, at)), after)
  }
  const end = text.length - heldLength(text)
  return [{ ...state, pending: text.slice(end) }, piece("reasoning", text.slice(0, end))]
}

/** The blank lines between thinking and answer belong to neither. */
const onAfter = (state: ThinkState, text: string): ThinkStep => {
  const rest = text.trimStart()
  return rest === "" ? [state, []] : [{ ...state, place: "text" }, piece("text", rest)]
}

/** Takes the next text. Any chunking gives the same thinking and the same text. */
export const pushThink = (state: ThinkState, more: string): ThinkStep => {
  const text = state.pending + more
  const ready: ThinkState = { ...state, pending: "" }
  switch (state.place) {
    case "start":
      return onStart(ready, text)
    case "inside":
      return onInside(ready, text)
    case "after":
      return onAfter(ready, text)
    case "text":
      return [ready, piece("text", text)]
  }
}

/** What was held back when the text has ended. */
export const endThink = (state: ThinkState): ReadonlyArray<ThinkPiece> =>
  piece(state.place === "inside" ? "reasoning" : "text", state.pending)
