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

/** The fields of an object in JSON, still without the braces around them. */
export interface SharedJson {
  readonly pieces: ReadonlyArray<Buffer>
  /** Characters of the whole object. */
  readonly characters: number
}

/**
 * An object as `JSON.stringify` writes it. The text of each object in a list among its fields is kept as long as the object is: nobody
 * may change these.
 */
export const sharedJson = (body: Readonly<Record<string, unknown>>): SharedJson => {
  const pieces: Array<Buffer> = []
  let characters = 2
  const add = ({ bytes, length }: Written): void => {
    pieces.push(bytes)
    characters += length
  }
  for (const [name, value] of Object.entries(body)) {
    const text = Array.isArray(value) ? "" : JSON.stringify(value)
    if (text === undefined) continue
    if (pieces.length > 0) add(comma)
    add(write(`${JSON.stringify(name)}:${text}`))
    if (!Array.isArray(value)) continue
    add(open)
    for (const [index, item] of value.entries()) {
      if (index > 0) add(comma)
      add(writeItem(item))
    }
    add(close)
  }
  return { pieces, characters }
}

/** The whole object, with one more field at its end. */
export const objectBytes = ({ pieces }: SharedJson, more: Readonly<Record<string, number>> = {}): Buffer => {
  const last = JSON.stringify(more).slice(1)
  const divider = pieces.length === 0 || last === "}" ? "" : ","
  return Buffer.concat([Buffer.from("{"), ...pieces, Buffer.from(divider + last)])
}
