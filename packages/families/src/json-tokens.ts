import { Result } from "effect"
import type { RepairRule } from "./repair-rules.ts"

/** A piece of JSON or of something like it. `lineBefore`: a line end stands between it and the token before. */
export type JsonToken =
  | { readonly kind: "punctuation"; readonly text: string; readonly lineBefore: boolean }
  | { readonly kind: "string"; readonly text: string; readonly lineBefore: boolean }
  | { readonly kind: "word"; readonly text: string; readonly lineBefore: boolean }

/** The tokens of a text, and what about their spelling is not JSON. */
export interface JsonTokens {
  readonly tokens: ReadonlyArray<JsonToken>
  readonly rules: ReadonlySet<RepairRule>
}

/** Opening quotation marks and what closes them. */
const quotes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["“", "”"],
  ["‘", "’"]
])

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"]
])

const hexDigits = /^[0-9a-fA-F]+/
const punctuation = "{}[],:"
const space = /\s+/y
const comment = /\/\/[^\n]*|\/\*[^]*?\*\//y
/** Anything but white space, punctuation, quotation marks, parentheses and backslashes. */
const word = /[^\s{}[\],:"'“”‘’`()\\]+/y

/** Letters below the space that may stand in a string by mistake. */
const lineLetters = "\n\r\t"

const cutOff = Result.fail("it breaks off inside a string or a comment")
const ambiguous = Result.fail("a quotation mark is missing or one too many")
const foreign = (letter: string) => Result.fail(`there is a ${JSON.stringify(letter)} where none belongs`)

/**
 * Cuts JSON, or something like it, into tokens. Fails where that is not possible without guessing: a string that does
 * not end, and a word right beside a string, which is most often a quotation mark that lacks its backslash.
 */
export const readJsonTokens = (text: string): Result.Result<JsonTokens, string> => new TokenReader(text).read()

class TokenReader {
  readonly #text: string
  readonly #tokens: Array<JsonToken> = []
  readonly #rules = new Set<RepairRule>()
  #at = 0
  #line = false
  /** A string or a word ends right here. */
  #touching = false

  constructor(text: string) {
    this.#text = text
  }

  read(): Result.Result<JsonTokens, string> {
    while (this.#at < this.#text.length) {
      const problem = this.#skip() ?? this.#next()
      if (problem !== null) return problem
    }
    return Result.succeed({ tokens: this.#tokens, rules: this.#rules })
  }

  /** Steps over white space and comments. */
  #skip(): Result.Result<never, string> | null {
    for (;;) {
      const blank = this.#match(space)
      if (blank !== "") {
        this.#touching = false
        if (blank.includes("\n")) this.#line = true
        if (/[^ \t\r\n]/.test(blank)) this.#rules.add("white-space")
        continue
      }
      const line = this.#text.startsWith("//", this.#at)
      // `http://…` without quotation marks: no comment.
      if (line ? this.#text[this.#at - 1] === ":" : !this.#text.startsWith("/*", this.#at)) return null
      if (this.#match(comment) === "") return cutOff
      this.#rules.add("comments")
      this.#touching = false
    }
  }

  #next(): Result.Result<never, string> | null {
    const letter = this.#text.charAt(this.#at)
    if (letter === "") return null
    if (punctuation.includes(letter)) {
      this.#at += 1
      this.#push("punctuation", letter)
      this.#touching = false
      return null
    }
    if (this.#touching) return ambiguous
    this.#touching = true
    const close = quotes.get(letter)
    if (close !== undefined) return this.#string(letter, close)
    const text = this.#match(word)
    if (text === "") return foreign(letter)
    this.#push("word", text)
    return null
  }

  #string(open: string, close: string): Result.Result<never, string> | null {
    if (open !== '"') this.#rules.add("quotes")
    const parts: Array<string> = []
    let from = this.#at + 1
    for (let at = from; at < this.#text.length; at++) {
      const letter = this.#text.charAt(at)
      if (letter === close) {
        this.#push("string", parts.join("") + this.#text.slice(from, at))
        this.#at = at + 1
        return null
      }
      if (letter === "\\") {
        if (at + 1 >= this.#text.length) return cutOff
        const { value, length } = this.#escape(at + 1, close)
        if (value === null) return cutOff
        parts.push(this.#text.slice(from, at), value)
        at += length
        from = at + 1
      } else if (letter < " ") {
        if (!lineLetters.includes(letter)) return foreign(letter)
        this.#rules.add("control-characters")
      }
    }
    return cutOff
  }

  /** What the letters behind a backslash mean: those that mean nothing in JSON are what they are, and so is the backslash. */
  #escape(at: number, close: string): { readonly value: string | null; readonly length: number } {
    const letter = this.#text.charAt(at)
    const digits = letter === "u" ? (hexDigits.exec(this.#text.slice(at + 1, at + 5))?.[0] ?? "") : ""
    if (digits.length === 4) return { value: String.fromCharCode(Number.parseInt(digits, 16)), length: 5 }
    if (digits !== "" && this.#text[at + 1 + digits.length] === close) return { value: null, length: 0 }
    if (letter === "'") this.#rules.add("escapes")
    const value = escapes.get(letter)
    if (value !== undefined) return { value, length: 1 }
    this.#rules.add("escapes")
    // The letter itself is read again: it may be a line end, or close a string of its own kind.
    return { value: "\\", length: 0 }
  }

  #push(kind: JsonToken["kind"], text: string): void {
    this.#tokens.push({ kind, text, lineBefore: this.#line })
    this.#line = false
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ""
    this.#at += found.length
    return found
  }
}
