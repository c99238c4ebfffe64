/** A piece of JSON text, as it is sent. */
interface Written {
  readonly bytes: Buffer
  /** UTF-16 units. */
  readonly length: number
}

const known = new WeakMap<object, Written>()

const write = (text: string): Written => ({ bytes: Buffer.from(text, "utf8"), length: text.length })

/** An object in a list, written once: a turn of an agent sends the objects of the one before again. */
const writeItem = (item: unknown): Written => {
  if (typeof item !== "object" || item === null) return write(JSON.stringify(item) ?? "null")
  const before = known.get(item)
  if (before !== undefined) return before
  const written = write(JSON.stringify(item))
  known.set(item, written)
  return written
}

const open = write("[")
const close = write("]")
const comma = write(",")

/** A list as it was sent. */
interface SentList {
  readonly items: ReadonlyArray<unknown>
  /** From the opening bracket to the last item. */
  readonly bytes: Buffer
  /** How far the text is behind each item. */
  readonly ends: ReadonlyArray<Size>
}

/**
 * The last list of each kind, by its second item, or its only one: the first message, which instructs, is the same in many sessions. A turn's
 * list begins with all of the one before, and takes it over in one piece.
 */
const sent = new WeakMap<object, SentList>()

const kindOf = (items: ReadonlyArray<unknown>): object | undefined => {
  const item = items[1] ?? items[0]
  return typeof item === "object" && item !== null ? item : undefined
}

/** How many items two lists begin with in common. */
const common = (some: ReadonlyArray<unknown>, others: ReadonlyArray<unknown>): number => {
  const most = Math.min(some.length, others.length)
  let count = 0
  while (count < most && some[count] === others[count]) count++
  return count
}

/** How much text there is. */
interface Size {
  readonly bytes: number
  /** UTF-16 units. */
  readonly length: number
}

/** A list in a text that is not put together yet. */
interface PlacedList {
  readonly items: ReadonlyArray<unknown>
  readonly ends: ReadonlyArray<Size>
  /** Where the list's own text begins, in bytes, and where its last item ends. */
  readonly start: number
  readonly end: number
}

/** The fields of an object in JSON, still without the braces around them. */
export interface SharedJson {
  readonly pieces: ReadonlyArray<Buffer>
  /** Of all pieces. */
  readonly bytes: number
  /** Characters of the whole object. */
  readonly characters: number
  readonly lists: ReadonlyArray<PlacedList>
}

/** Pieces of a text, and how much they are together. */
class Pieces {
  readonly all: Array<Buffer> = []
  bytes = 0
  length = 0

  add({ bytes, length }: Written): void {
    this.all.push(bytes)
    this.bytes += bytes.length
    this.length += length
  }

  addList(items: ReadonlyArray<unknown>): PlacedList {
    const { bytes: start, length } = this
    const kind = kindOf(items)
    const before = kind === undefined ? undefined : sent.get(kind)
    const same = before === undefined ? 0 : common(items, before.items)
    const ends = before?.ends.slice(0, same) ?? []
    const last = ends.at(-1)
    if (before === undefined || last === undefined) this.add(open)
    else this.add({ bytes: before.bytes.subarray(0, last.bytes), length: last.length })
    for (const item of items.slice(same)) {
      if (ends.length > 0) this.add(comma)
      this.add(writeItem(item))
      ends.push({ bytes: this.bytes - start, length: this.length - length })
    }
    const { bytes: end } = this
    this.add(close)
    return { items, ends, start, end }
  }
}

/**
 * An object as `JSON.stringify` writes it. The text of each object in a list among its fields is kept as long as the object is: nobody
 * may change these.
 */
export const sharedJson = (body: Readonly<Record<string, unknown>>): SharedJson => {
  const pieces = new Pieces()
  const lists: Array<PlacedList> = []
  for (const [name, value] of Object.entries(body)) {
    const text = Array.isArray(value) ? "" : JSON.stringify(value)
    if (text === undefined) continue
    if (pieces.bytes > 0) pieces.add(comma)
    pieces.add(write(`${JSON.stringify(name)}:${text}`))
    if (Array.isArray(value)) lists.push(pieces.addList(value))
  }
  return { pieces: pieces.all, bytes: pieces.bytes, characters: pieces.length + 2, lists }
}

/** The whole object, with one more field at its end. */
export const objectBytes = (json: SharedJson, more: Readonly<Record<string, number>> = {}): Buffer => {
  const { pieces, bytes, lists } = json
  const last = JSON.stringify(more).slice(1)
  const ending = Buffer.from(`${pieces.length === 0 || last === "}" ? "" : ","}${last}`)
  const whole = Buffer.allocUnsafe(1 + bytes + ending.length)
  whole.write("{")
  let at = 1
  for (const piece of [...pieces, ending]) {
    whole.set(piece, at)
    at += piece.length
  }
  for (const { items, ends, start, end } of lists) {
    const kind = kindOf(items)
    if (kind !== undefined) sent.set(kind, { items, ends, bytes: whole.subarray(1 + start, 1 + end) })
  }
  return whole
}
