import type { Lexeme } from "./marker-lexer.ts"

/** A call whose end has not come: what was written so far, and whether we stand inside one of its JSON strings. */
export class OpenCall {
  readonly opener: string
  #body = ""
  #begun = false
  #inString = false
  #escaped = false
  /** Where the body ends, should the string that holds the first marker turn out not to be one. */
  #head: string | null = null
  readonly #afterHead: Array<Lexeme> = []

  constructor(opener: string) {
    this.opener = opener
  }

  /** All that was written, opener included. */
  get written(): string {
    return this.opener + this.#body
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
    if (this.#head !== null) this.#afterHead.push({ kind: "text", text })
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
    this.#head ??= this.#body
    this.#escaped = false
    this.#body += marker.text
    this.#afterHead.push(marker)
  }

  /** The body up to the first marker inside a string, and what came from that marker on; null where there was none. */
  cut(): { readonly written: string; readonly rest: ReadonlyArray<Lexeme> } | null {
    return this.#head === null ? null : { written: this.opener + this.#head, rest: this.#afterHead }
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
