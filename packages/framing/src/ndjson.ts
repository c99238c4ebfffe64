import { jsonLine } from "./sse-encode.ts"
import { endUtf8, initialUtf8, pushUtf8, type Utf8State } from "./utf8.ts"

/** What a reader of newline-delimited JSON finds. */
export type NdjsonFrame =
  | { readonly type: "line"; readonly text: string }
  /** A line longer than allowed: its text is gone, reading goes on behind it. */
  | { readonly type: "too-long" }

/** Where the reader stands between two chunks. */
export interface NdjsonState {
  readonly utf8: Utf8State
  /** The line that has begun. */
  readonly line: string
  /** Inside a line that is too long and has been reported. */
  readonly skipping: boolean
  /** UTF-16 units a line may have. */
  readonly maxLineLength: number
}

/** Before the first chunk. `maxLineLength` counts UTF-16 units; 16 Mi by default. */
export const initialNdjson = (maxLineLength = 16 * 1024 * 1024): NdjsonState => ({
  utf8: initialUtf8,
  line: "",
  skipping: false,
  maxLineLength
})

/** A line without the CR of a CRLF, or nothing for a blank one. */
const frameOf = (line: string): ReadonlyArray<NdjsonFrame> => {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line
  return text.trim() === "" ? [] : [{ type: "line", text }]
}

/**
 * Reads the next chunk and gives the lines that are whole. Blank lines are skipped.
 *
 * Any chunking gives the same frames. A line that grows over the limit is reported once and skipped to its end, so that
 * the state never holds more than the limit and one chunk.
 */
export const pushNdjson = (
  state: NdjsonState,
  chunk: Uint8Array | string
): readonly [NdjsonState, ReadonlyArray<NdjsonFrame>] => {
  const [utf8, text] = typeof chunk === "string" ? ([state.utf8, chunk] as const) : pushUtf8(state.utf8, chunk)
  const frames: Array<NdjsonFrame> = []
  const pieces = text.split("\n")
  let line = state.line
  let skipping = state.skipping
  pieces.forEach((piece, index) => {
    const ended = index < pieces.length - 1
    if (!skipping && line.length + piece.length > state.maxLineLength) {
      frames.push({ type: "too-long" })
      skipping = true
    }
    line = skipping ? "" : line + piece
    if (!ended) return
    if (!skipping) frames.push(...frameOf(line))
    line = ""
    skipping = false
  })
  return [{ ...state, utf8, line, skipping }, frames]
}

/** The last line, when the bytes end without a line end. */
export const endNdjson = (state: NdjsonState): ReadonlyArray<NdjsonFrame> => {
  if (state.skipping) return []
  const line = state.line + endUtf8(state.utf8)
  return line.length > state.maxLineLength ? [{ type: "too-long" }] : frameOf(line)
}

/** One value as one line. */
export const encodeNdjson = (value: unknown): string => `${jsonLine(value)}\n`
