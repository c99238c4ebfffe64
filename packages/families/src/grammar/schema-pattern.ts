import { Result } from "effect"
import { anyText, escapeRegex } from "./lark.ts"

/** More repetitions than this make a regular expression too dear to follow. */
const mostRepetitions = 1000

const classes: Readonly<Record<string, string>> = {
  d: "0-9",
  w: "0-9A-Za-z_",
  s: String.raw`\s`,
  t: String.raw`\t`,
  n: String.raw`\n`,
  r: String.raw`\r`,
  f: String.raw`\x0C`,
  v: String.raw`\x0B`,
  0: String.raw`\x00`
}

/**
 * A `pattern` of a JSON Schema, which may match anywhere in a text, as an expression in Rust's syntax that matches the whole
 * text; null where there is none.
 *
 * @see https://json-schema.org/draft/2020-12/json-schema-validation#section-6.3.3
 */
export const wholePattern = (pattern: string): string | null => {
  const valid = Result.try(() => new RegExp(pattern, "u"))
  const loose = Result.isSuccess(valid) ? valid : Result.try(() => new RegExp(pattern))
  if (Result.isFailure(loose)) return null
  return new PatternWriter(pattern).write()
}

class PatternWriter {
  readonly #letters: ReadonlyArray<string>
  #at = 0
  /** It has what the engine's expressions do not: look-around, word boundaries, references, anchors in the middle. */
  #unsupported = false

  constructor(pattern: string) {
    this.#letters = [...pattern]
  }

  /** Null where the engine has no such expression. */
  write(): string | null {
    const branches: Array<string> = []
    do branches.push(this.#branch())
    while (this.#take("|"))
    if (this.#unsupported || this.#at < this.#letters.length) return null
    return branches.length === 1 ? (branches[0] ?? "") : `(?:${branches.join("|")})`
  }

  /** Gives up: the rest is not read any more. */
  #giveUp(): string {
    this.#unsupported = true
    this.#at = this.#letters.length
    return ""
  }

  /** A branch of the outermost alternatives: only there anchors are known to stand at the text's ends. */
  #branch(): string {
    const begins = this.#take("^")
    const body = this.#sequence()
    const ends = this.#take("$")
    if (this.#peek() !== "" && this.#peek() !== "|") return this.#giveUp()
    return `${begins ? "" : anyText}${body}${ends ? "" : anyText}`
  }

  #sequence(): string {
    let written = ""
    for (;;) {
      const letter = this.#peek()
      if (letter === "" || letter === "|" || letter === ")" || letter === "$") return written
      if (letter === "^") return this.#giveUp()
      written += this.#atom() + this.#quantifier()
    }
  }

  #atom(): string {
    const letter = this.#next()
    if (letter === ".") return String.raw`[^\n\r]`
    if (letter === "(") return this.#group()
    if (letter === "[") return this.#class()
    return letter === "\\" ? this.#escape(false) : escapeRegex(letter)
  }

  #group(): string {
    if (this.#take("?") && !this.#take(":") && !this.#groupName()) return this.#giveUp()
    const branches: Array<string> = []
    do branches.push(this.#sequence())
    while (this.#take("|"))
    if (!this.#take(")")) return this.#giveUp()
    return `(?:${branches.join("|")})`
  }

  /** Whether the group has a name, and no condition instead. */
  #groupName(): boolean {
    if (!this.#take("<") || this.#peek() === "=" || this.#peek() === "!") return false
    while (this.#peek() !== "" && !this.#take(">")) this.#next()
    return true
  }

  #class(): string {
    const negated = this.#take("^")
    if (this.#take("]")) return negated ? "(?s:.)" : this.#giveUp()
    let written = ""
    while (!this.#take("]")) {
      const letter = this.#next()
      if (letter === "") return this.#giveUp()
      // Rust reads "--", "&&" and "~~" in a class as operators, and an opening bracket as a class of its own.
      if (letter === "-" && (this.#peek() === "-" || written.endsWith("-"))) return this.#giveUp()
      written += letter === "\\" ? this.#escape(true) : letter === "-" ? this.#dash(written) : escapeRegex(letter)
    }
    return `[${negated ? "^" : ""}${written}]`
  }

  /** A dash at either end of a class is itself. */
  #dash(before: string): string {
    return before === "" || this.#peek() === "]" ? String.raw`\-` : "-"
  }

  #escape(inClass: boolean): string {
    const letter = this.#next()
    if (letter === "u" || letter === "x") return this.#codePoint(letter)
    if ((letter === "p" || letter === "P") && this.#take("{")) return this.#property(letter)
    if (letter === "b" && inClass) return String.raw`\x08`
    const known = classes[letter]
    if (known !== undefined) return inClass || known.startsWith("\\") ? known : `[${known}]`
    const negated = inClass ? undefined : classes[letter.toLowerCase()]
    if (negated !== undefined && "DWS".includes(letter)) return `[^${negated}]`
    if (letter === "" || /[\p{L}\p{N}]/u.test(letter)) return this.#giveUp()
    return escapeRegex(letter)
  }

  #codePoint(kind: string): string {
    const braced = kind === "u" && this.#take("{")
    let digits = ""
    while (/[0-9a-fA-F]/.test(this.#peek()) && digits.length < (braced ? 6 : kind === "u" ? 4 : 2))
      digits += this.#next()
    if (braced ? !this.#take("}") : digits.length !== (kind === "u" ? 4 : 2)) return this.#giveUp()
    // Half a surrogate pair is no character.
    if (/^d[89a-f]..$/i.test(digits)) return this.#giveUp()
    return `\\x{${digits}}`
  }

  #property(letter: string): string {
    let name = ""
    while (this.#peek() !== "}" && this.#peek() !== "") name += this.#next()
    if (!this.#take("}")) return this.#giveUp()
    return `\\${letter}{${name}}`
  }

  #quantifier(): string {
    const written = this.#simpleQuantifier()
    // A reluctant quantifier matches the same texts.
    if (written !== "") this.#take("?")
    return written
  }

  #simpleQuantifier(): string {
    const letter = this.#peek()
    if (letter === "*" || letter === "+" || letter === "?") return this.#next()
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#letters.slice(this.#at, this.#at + 24).join(""))
    if (counted === null) return ""
    if (Math.max(Number(counted[1]), Number(counted[3] ?? 0)) > mostRepetitions) return this.#giveUp()
    this.#at += counted[0].length
    return counted[0]
  }

  #peek(): string {
    return this.#letters[this.#at] ?? ""
  }

  #next(): string {
    const letter = this.#peek()
    this.#at += 1
    return letter
  }

  #take(letter: string): boolean {
    if (this.#peek() !== letter) return false
    this.#at += 1
    return true
  }
}
