import type { Json } from "@pensieve/models"

/** Deeper values are refused: what later walks over them would run out of stack. */
const maximumDepth = 128

/** How values are written in text, beside JSON and Python. */
export interface LiteralStyle {
  /** Keys and string values may stand without quotation marks. */
  readonly bare: boolean
  /** A mark around strings inside which nothing is escaped. */
  readonly delimiter: string | null
  /** A string that is no part of a list or an object is written as it is: only its quotation marks may be escaped. */
  readonly rawStrings?: true
}

const pythonStyle: LiteralStyle = { bare: false, delimiter: null }

/** One whole value in JSON or as a Python literal; undefined where the text is neither. */
export const readLiteral = (text: string): Json | undefined => {
  const cursor = new LiteralCursor(text, pythonStyle)
  const value = cursor.value(0)
  cursor.space()
  return value !== undefined && cursor.atEnd ? value : undefined
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "/": "/",
  "\n": ""
}

const words: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["null", null],
  ["None", null]
])

const number = /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/y
const name = /[\p{L}_$][\p{L}\p{N}_.$-]*/uy
const bareEnd = /[,\]}]/g

/** Reads values out of a text, from left to right, each letter once. */
export class LiteralCursor {
  readonly #text: string
  readonly #style: LiteralStyle
  at = 0

  constructor(text: string, style: LiteralStyle) {
    this.#text = text
    this.#style = style
  }

  get atEnd(): boolean {
    return this.at >= this.#text.length
  }

  space(): void {
    while (!this.atEnd && this.#text.charAt(this.at).trim() === "") this.at += 1
  }

  /** Steps over these letters, if they come next. */
  take(letters: string): boolean {
    if (!this.#text.startsWith(letters, this.at)) return false
    this.at += letters.length
    return true
  }

  peek(letters: string): boolean {
    return this.#text.startsWith(letters, this.at)
  }

  /** A name of a function or a parameter; empty where none comes. */
  name(): string {
    return this.#match(name)
  }

  /** The next value; undefined where none comes or it is broken. */
  value(depth: number): Json | undefined {
    if (depth > maximumDepth) return undefined
    this.space()
    const { delimiter } = this.#style
    if (delimiter !== null && this.take(delimiter)) return this.#until(delimiter)
    const first = this.#text.charAt(this.at)
    if (first === "[" || first === "(") return this.#list(first === "[" ? "]" : ")", depth)
    if (first === "{") return this.#object(depth)
    if (first === '"' || first === "'") return this.#string(first, depth === 0 && this.#style.rawStrings === true)
    return this.#scalar()
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)?.[0] ?? ""
    this.at += found.length
    return found
  }

  #until(end: string): string | undefined {
    const to = this.#text.indexOf(end, this.at)
    if (to === -1) return undefined
    const value = this.#text.slice(this.at, to)
    this.at = to + end.length
    return value
  }

  #list(end: string, depth: number): Json | undefined {
    this.at += 1
    const items: Array<Json> = []
    for (;;) {
      this.space()
      if (this.take(end)) return items
      const item = this.value(depth + 1)
      if (item === undefined) return undefined
      items.push(item)
      this.space()
      if (!this.take(",") && !this.peek(end)) return undefined
    }
  }

  #object(depth: number): Json | undefined {
    this.at += 1
    const entries: Array<[string, Json]> = []
    for (;;) {
      this.space()
      if (this.take("}")) return Object.fromEntries(entries)
      const key = this.#key()
      this.space()
      if (key === undefined || !this.take(":")) return undefined
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      entries.push([key, value])
      this.space()
      if (!this.take(",") && !this.peek("}")) return undefined
    }
  }

  #key(): string | undefined {
    const { delimiter, bare } = this.#style
    if (delimiter !== null && this.take(delimiter)) return this.#until(delimiter)
    const first = this.#text.charAt(this.at)
    if (first === '"' || first === "'") return this.#string(first, false)
    const found = bare ? this.name() : ""
    return found === "" ? undefined : found
  }

  #string(quote: string, raw: boolean): string | undefined {
    const tripled = quote.repeat(3)
    return this.#rest(this.peek(tripled) ? tripled : quote, raw)
  }

  #rest(quote: string, raw: boolean): string | undefined {
    this.at += quote.length
    const parts: Array<string> = []
    let from = this.at
    while (!this.atEnd) {
      if (this.peek(quote)) {
        parts.push(this.#text.slice(from, this.at))
        this.at += quote.length
        return parts.join("")
      }
      if (this.#text.charAt(this.at) === "\\") {
        parts.push(this.#text.slice(from, this.at), raw ? this.#rawEscape() : this.#escape())
        from = this.at
      } else this.at += 1
    }
    return undefined
  }

  #rawEscape(): string {
    const letter = this.#text.charAt(this.at + 1)
    this.at += letter === "" ? 1 : 2
    return letter === '"' || letter === "'" ? letter : `\\${letter}`
  }

  #escape(): string {
    const letter = this.#text.charAt(this.at + 1)
    const digits =
      letter === "u"
        ? this.#text.slice(this.at + 2, this.at + 6)
        : letter === "x"
          ? this.#text.slice(this.at + 2, this.at + 4)
          : ""
    if (digits.length === (letter === "u" ? 4 : 2) && /^[0-9a-fA-F]+$/.test(digits)) {
      this.at += 2 + digits.length
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    // An escape that means nothing is a backslash and a letter, as in Python.
    this.at += letter === "" ? 1 : 2
    return escapes[letter] ?? `\\${letter}`
  }

  #scalar(): Json | undefined {
    const from = this.at
    const digits = this.#match(number)
    if (digits !== "" && this.#scalarEnds()) return Number(digits)
    this.at = from
    const word = this.#match(name)
    const known = words.get(word)
    if (known !== undefined && this.#scalarEnds()) return known
    this.at = from
    return this.#style.bare ? this.#bareString() : undefined
  }

  #scalarEnds(): boolean {
    const from = this.at
    this.space()
    const ends = this.atEnd || ",]})".includes(this.#text.charAt(this.at))
    this.at = from
    return ends
  }

  #bareString(): string | undefined {
    bareEnd.lastIndex = this.at
    const end = bareEnd.exec(this.#text)?.index
    if (end === undefined || end === this.at) return undefined
    const value = this.#text.slice(this.at, end)
    this.at = end
    return value
  }
}
