/** Bytes of a character whose end has not come yet: at most three. */
export interface Utf8State {
  readonly pending: Uint8Array
}

/** Before the first byte. */
export const initialUtf8: Utf8State = { pending: new Uint8Array(0) }

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** Bytes of a sequence that begins with `lead`; 1 for what cannot begin one. */
const sequenceLength = (lead: number): number => {
  if (lead >= 0xf0 && lead <= 0xf4) return 4
  if (lead >= 0xe0 && lead <= 0xef) return 3
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  return 1
}

/** Where the last, unfinished character begins; the length if there is none. */
const unfinishedFrom = (bytes: Uint8Array): number => {
  const first = Math.max(0, bytes.length - 3)
  for (let at = bytes.length - 1; at >= first; at--) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x80 && byte <= 0xbf) continue
    return at + sequenceLength(byte) > bytes.length ? at : bytes.length
  }
  return bytes.length
}

const joined = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  if (left.length === 0) return right
  const both = new Uint8Array(left.length + right.length)
  both.set(left)
  both.set(right, left.length)
  return both
}

/**
 * Decodes the next bytes; a character that is cut by the end of the chunk waits for the next one.
 *
 * The same bytes in any chunking give the same text. Bytes that are no UTF-8 become U+FFFD. A byte order mark stays.
 */
export const pushUtf8 = (state: Utf8State, chunk: Uint8Array): readonly [Utf8State, string] => {
  const bytes = joined(state.pending, chunk)
  const end = unfinishedFrom(bytes)
  const pending = end === bytes.length ? initialUtf8.pending : bytes.slice(end)
  return [{ pending }, decoder.decode(end === bytes.length ? bytes : bytes.subarray(0, end))]
}

/** What is left when the bytes have ended: nothing, or one U+FFFD for a character that never came whole. */
export const endUtf8 = (state: Utf8State): string => decoder.decode(state.pending)
