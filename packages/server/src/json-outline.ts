import type { SharedEnds } from "./shared-ends.ts"

/** A piece of a JSON text: from its first byte to behind its last one. */
interface Place {
  readonly start: number
  readonly end: number
}

/** An object in a list, and what it was parsed to, as soon as it was. */
export interface ListedObject extends Place {
  value?: object
}

/** A list of objects that is a field of the outermost object. */
interface ObjectList extends Place {
  /** The field's name, with its quotation marks. */
  readonly key: Place
  /** Every item, in order. */
  readonly items: ReadonlyArray<ListedObject>
  /** Fields of the outermost object up to this one, which counts. */
  readonly fields: number
}

/** What can be told of a JSON text before anything is parsed. */
export interface JsonOutline {
  /** Objects and arrays within each other, at most, here or in the known text. Counting stops one above the limit. */
  readonly depth: number
  /** Fields of the outermost object. */
  readonly fields: number
  readonly lists: ReadonlyArray<ObjectList>
}

/** A text that was looked over and parsed before. */
export interface KnownText {
  readonly bytes: Buffer
  readonly outline: JsonOutline
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
  readonly fields: number
  readonly items: Array<ListedObject>
  /** Behind an item, so that only a comma or the end may follow. */
  filled: boolean
  /** Nothing but objects and single commas so far. */
  sound: boolean
}

/** How far a text has been looked over. */
interface Progress {
  at: number
  depth: number
  deepest: number
  fields: number
  list: Candidate | undefined
  readonly lists: Array<ObjectList>
}

/**
 * Looks over a JSON text once. What it tells of text that is no JSON is of no use but does no harm: `depth` is right up to the place
 * where a parser would stop, and each piece still has to be parsed.
 *
 * @param limit levels above which nothing more is told: text of nothing but brackets takes a parser seconds and a gigabyte
 * @param known a text within that limit which resembles this one, and what both have in common: that is not looked over again
 */
export const outlineJson = (
  bytes: Uint8Array,
  limit: number,
  known?: { readonly text: KnownText; readonly shared: SharedEnds }
): JsonOutline => {
  const shift = known === undefined ? 0 : bytes.length - known.text.bytes.length
  const tailStart = known === undefined ? bytes.length + 1 : bytes.length - known.shared.tail
  const progress = (known && behindHead(known.text.outline, known.shared.head)) ?? {
    at: 0,
    depth: 0,
    deepest: 0,
    fields: 0,
    list: undefined,
    lists: []
  }
  let { at, depth, deepest, fields, list } = progress
  const { lists } = progress
  let key: Place = { start: 0, end: 0 }
  let itemStart = 0
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) {
      const start = at
      at = endOfString(bytes, at)
      if (depth === 1) key = { start, end: at + 1 }
      else if (depth === 2 && list !== undefined) list.sound = false
    } else if ((byte | brace) === opener) {
      if (depth === 1 && byte === openBracket) list = { key, start: at, fields, items: [], filled: false, sound: true }
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
        if (known === undefined || at + 1 < tailStart || !list.sound) continue
        const rest = restFrom(known.text.outline, list, at + 1, shift)
        if (rest !== undefined)
          return {
            depth: Math.max(deepest, known.text.outline.depth),
            fields: fields + rest.fields,
            lists: [...lists, ...rest.lists]
          }
      } else if (depth === 1) {
        if (byte === closeBracket && list.sound && list.filled)
          lists.push({ key: list.key, start: list.start, end: at + 1, items: list.items, fields: list.fields })
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

/** How far a text is looked over that begins with `head` bytes of a known one: up to behind the last object of a list in them. */
const behindHead = ({ depth, lists }: JsonOutline, head: number): Progress | undefined => {
  const index = lists.findLastIndex(({ items: [first] }) => first !== undefined && first.end <= head)
  const list = lists[index]
  if (list === undefined) return undefined
  const { key, start, fields } = list
  const items = list.items.slice(0, countUpTo(list.items, head))
  return {
    at: items.at(-1)?.end ?? 0,
    depth: 2,
    deepest: depth,
    fields,
    list: { key, start, fields, items, filled: true, sound: true },
    lists: lists.slice(0, index)
  }
}

/** What comes behind an object of a list where a known text goes on in the same way from behind an object of its own. */
const restFrom = (
  known: JsonOutline,
  current: Candidate,
  end: number,
  shift: number
): Pick<JsonOutline, "fields" | "lists"> | undefined => {
  const index = known.lists.findIndex((list) => list.end > end - shift)
  const list = known.lists[index]
  if (list === undefined) return undefined
  const done = countUpTo(list.items, end - shift)
  if (list.items[done - 1]?.end !== end - shift) return undefined
  const moved = ({ start, end, ...rest }: ListedObject): ListedObject => ({
    ...rest,
    start: start + shift,
    end: end + shift
  })
  const { key, start, fields, items } = current
  const added = fields - list.fields
  return {
    fields: known.fields - list.fields,
    lists: [
      { key, start, fields, end: list.end + shift, items: [...items, ...list.items.slice(done).map(moved)] },
      ...known.lists.slice(index + 1).map((later) => ({
        key: moved(later.key),
        start: later.start + shift,
        end: later.end + shift,
        fields: later.fields + added,
        items: shift === 0 ? later.items : later.items.map(moved)
      }))
    ]
  }
}

/** How many of these objects end at `place` or before. */
const countUpTo = (items: ReadonlyArray<Place>, place: number): number => {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((items[middle]?.end ?? 0) <= place) low = middle + 1
    else high = middle
  }
  return low
}
