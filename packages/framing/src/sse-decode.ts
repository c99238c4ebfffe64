import type { SseEvent } from "./sse-encode.ts"
import { initialUtf8, pushUtf8, type Utf8State } from "./utf8.ts"

/** Where the reader stands between two chunks. */
export interface SseDecodeState {
  readonly utf8: Utf8State
  /** The line that has begun, without its end. */
  readonly line: string
  /** The last character was CR: a LF that follows belongs to the same line end. */
  readonly afterCarriageReturn: boolean
  /** Nothing has been read yet: a byte order mark may come. */
  readonly atStart: boolean
  readonly event: string
  /** `undefined` before the first data line of an event. */
  readonly data: string | undefined
  readonly id: string | undefined
}

/** Before the first chunk. */
export const initialSseDecode: SseDecodeState = {
  utf8: initialUtf8,
  line: "",
  afterCarriageReturn: false,
  atStart: true,
  event: "",
  data: undefined,
  id: undefined
}

/** The parts of an event while its lines come in. */
interface Pending {
  event: string
  data: string | undefined
  id: string | undefined
}

const onBlankLine = (pending: Pending, out: Array<SseEvent>): void => {
  if (pending.data !== undefined) {
    out.push({
      ...(pending.event === "" ? {} : { event: pending.event }),
      data: pending.data,
      ...(pending.id === undefined ? {} : { id: pending.id })
    })
  }
  pending.event = ""
  pending.data = undefined
  pending.id = undefined
}

const onLine = (line: string, pending: Pending, out: Array<SseEvent>): void => {
  if (line === "") return onBlankLine(pending, out)
  const colon = line.indexOf(":")
  if (colon === 0) return
  const field = colon === -1 ? line : line.slice(0, colon)
  const rest = colon === -1 ? "" : line.slice(colon + 1)
  const value = rest.startsWith(" ") ? rest.slice(1) : rest
  if (field === "data") pending.data = pending.data === undefined ? value : `${pending.data}\n${value}`
  else if (field === "event") pending.event = value
  else if (field === "id" && !value.includes("\0")) pending.id = value
}

/**
 * Reads the next chunk and gives the events that are whole.
 *
 * Any chunking gives the same events; bytes and strings may not be mixed within one character. Line ends are LF, CR or
 * CRLF. Comments, unknown fields, `retry`, and events without data are ignored; an event that the end of the stream
 * cuts off is none. Unlike a browser, `id` belongs to its own event only.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export const pushSse = (
  state: SseDecodeState,
  chunk: Uint8Array | string
): readonly [SseDecodeState, ReadonlyArray<SseEvent>] => {
  const [utf8, decoded] = typeof chunk === "string" ? ([state.utf8, chunk] as const) : pushUtf8(state.utf8, chunk)
  if (decoded === "") return [{ ...state, utf8 }, []]
  let text = state.atStart && decoded.startsWith("\ufeff") ? decoded.slice(1) : decoded
  if (state.afterCarriageReturn && text.startsWith("\n")) text = text.slice(1)
  const out: Array<SseEvent> = []
  const pending: Pending = { event: state.event, data: state.data, id: state.id }
  const lines = text.split(/\r\n|\r|\n/)
  const last = lines.pop() ?? ""
  let line = state.line
  for (const next of lines) {
    onLine(line === "" ? next : line + next, pending, out)
    line = ""
  }
  const afterCarriageReturn = text === "" ? false : text.endsWith("\r")
  return [{ utf8, line: line + last, afterCarriageReturn, atStart: false, ...pending }, out]
}
