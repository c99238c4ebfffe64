import type { Lexeme } from "./marker-lexer.ts"

/** A call that is to be read again from a place inside it. */
export interface CutCall {
  /** Up to that place. */
  readonly written: string
  readonly rest: ReadonlyArray<Lexeme>
}

/** A list or an object whose first item or key is quoted. Inside a JSON string its quotation mark would end the string. */
const beginsLikeJson = /^\s*[[{][\s[{]*"/

/** A call whose end has not come: what was written so far, and whether we stand inside one of its JSON strings. */
export class OpenCall {
  readonly #opener: string
  #body = ""
  #begun = false
  #inString = false
  #escaped = false
  /** Length of the body before the first marker inside a string, and what came from that marker on. */
  #head = 0
  readonly #fromFirstMarker: Array<Lexeme> = []

  constructor(opener: string) {
    this.#opener = opener
  }

  /** All that was written, opener included. */
  get written(): string {
    return this.#opener + this.#body
  }

  get body(): string {
    return this.#body
  }

  /** Nothing but white space has come. */
  get isBlank(): boolean {
    return !this.#begun
  }

  get inString(): boolean {
    return this.#inString
  }

  /** Takes text; false when this can't be a call after all (it does not begin like JSON). The text is taken anyhow. */
  add(text: string): boolean {
    this.#body += text
    this.#remember(text)
    if (!this.#begun) {
      const first = text.trimStart().charAt(0)
      if (first === "") return true
      if (first !== "{" && first !== "[") return false
      this.#begun = true
    }
    this.#follow(text)
    return true
  }

  /** Takes a marker that stands inside a string, where it is content as long as the string is one. */
  addQuoted(marker: Lexeme): void {
    if (this.#fromFirstMarker.length === 0) this.#head = this.#body.length
    this.#escaped = false
    this.#body += marker.text
    this.#fromFirstMarker.push(marker)
  }

  /**
   * Where a call that is none was left open and another one begins inside what looked like its string; null where none
   * does, and the call is wrong in some other way.
   */
  cut(): CutCall | null {
    const lexemes = this.#fromFirstMarker
    const next = lexemes.findIndex(
      ({ kind, text }, index) =>
        kind === "marker" && text === this.#opener && beginsLikeJson.test(lexemes[index + 1]?.text ?? "")
    )
    if (next === -1) return null
    const from = lexemes[next - 1]?.text.trim() === "" ? next - 1 : next
    const before = lexemes
      .slice(0, from)
      .map(({ text }) => text)
      .join("")
    return { written: this.#opener + this.#body.slice(0, this.#head) + before, rest: lexemes.slice(from) }
  }

  #remember(text: string): void {
    const last = this.#fromFirstMarker.at(-1)
    if (last?.kind === "text")
      this.#fromFirstMarker[this.#fromFirstMarker.length - 1] = { kind: "text", text: last.text + text }
    else if (last !== undefined) this.#fromFirstMarker.push({ kind: "text", text })
  }

  #follow(text: string): void {
    for (let index = 0; index < text.length; index++) {
      const character = text.charAt(index)
      if (this.#escaped) this.#escaped = false
      else if (this.#inString && character === "\\") this.#escaped = true
      else if (character === '"') this.#inString = !this.#inString
    }
  }
}
