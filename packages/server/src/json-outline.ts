/** A piece of a JSON text: from its first byte to behind its last one. */
interface Place {
  readonly start: number
  readonly end: number
}

/** A list of objects that is a field of the outermost object. */
export interface ObjectList extends Place {
  /** The field's name, with its quotation marks. */
  readonly key: Place
  /** Every item, in order. */
  readonly items: ReadonlyArray<Place>
}

/** What can be told of a JSON text before anything is parsed. */
export interface JsonOutline {
  /** Objects and arrays within each other, at most. Counting stops one above the limit. */
  readonly depth: number
  /** Fields of the outermost object. */
  readonly fields: number
  readonly lists: ReadonlyArray<ObjectList>
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const openBrace = 0x7b
const closeBracket = 0x5d
/** Brackets and braces differ in one bit only. */
const brace = 0x20
const opener = openBracket | brace
const closer = closeBracket | brace

/** Bytes that may stand between two values: space, tab, line feed, carriage return. */
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Index of the quote that ends the string which begins at `start`, or the length of the text. */
const endOfString = (bytes: Uint8Array, start: number): number => {
  let at = start + 1
  for (; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) return at
    if (byte === backslash) at++
  }
  return at
}

/** A list that may turn out to hold objects only. */
interface Candidate {
  readonly key: Place
  readonly start: number
  readonly items: Array<Place>
  /** Behind an item, so that only a comma or the end may follow. */
  filled: boolean
  /** Nothing but objects and single commas so far. */
  sound: boolean
}

/**
 * Looks over a JSON text once. What it tells of text that is no JSON is of no use but does no harm: `depth` is right up to the place
 * where a parser would stop, and each piece still has to be parsed.
 *
 * @param limit levels above which nothing more is told: text of nothing but brackets takes a parser seconds and a gigabyte
 */
export const outlineJson = (bytes: Uint8Array, limit: number): JsonOutline => {
  const lists: Array<ObjectList> = []
  let depth = 0
  let deepest = 0
  let fields = 0
  let key: Place = { start: 0, end: 0 }
  let list: Candidate | undefined
  let itemStart = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) {
      const start = at
      at = endOfString(bytes, at)
      if (depth === 1) key = { start, end: at + 1 }
      else if (depth === 2 && list !== undefined) list.sound = false
    } else if ((byte | brace) === opener) {
      if (depth === 1 && byte === openBracket) list = { key, start: at, items: [], filled: false, sound: true }
      else if (depth === 2 && list !== undefined) {
        if (list.filled || byte !== openBrace) list.sound = false
        itemStart = at
      }
      if (++depth > deepest) deepest = depth
      if (depth > limit) break
    } else if ((byte | brace) === closer) {
      depth--
      if (list === undefined) continue
      if (depth === 2) {
        list.items.push({ start: itemStart, end: at + 1 })
        list.filled = true
      } else if (depth === 1) {
        if (byte === closeBracket && list.sound && list.filled)
          lists.push({ key: list.key, start: list.start, end: at + 1, items: list.items })
        list = undefined
      }
    } else if (depth === 1) {
      if (byte === colon) fields++
    } else if (depth === 2 && list !== undefined) {
      if (byte === comma && list.filled) list.filled = false
      else if (!isSpace(byte)) list.sound = false
    }
  }
  return { depth: deepest, fields, lists }
}
