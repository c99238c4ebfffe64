/** Follows a body letter by letter: whether a string is open, and where the outermost bracket closes. */
export interface QuoteTracker {
  readonly quoted: boolean
  /** True where this letter closes the outermost bracket. */
  follow(character: string): boolean
  /** A marker that is content of the open string, or a structural one, has come. */
  mark(marker: string): void
}

/** Strings between any of the given quotation marks with backslash escapes, and brackets of all three kinds. */
export const trackQuotes = (quotes: string): QuoteTracker => new LetterTracker(quotes, null)

/** The same, and strings between two of the same marker, inside which nothing else counts. */
export const trackMarkedStrings = (quotes: string, delimiter: string): QuoteTracker =>
  new LetterTracker(quotes, delimiter)

/** Nothing is ever quoted and nothing balances. */
export const trackNothing = (): QuoteTracker => ({ quoted: false, follow: () => false, mark: () => undefined })

class LetterTracker implements QuoteTracker {
  readonly #quotes: string
  readonly #delimiter: string | null
  #open = ""
  #escaped = false
  #depth = 0

  constructor(quotes: string, delimiter: string | null) {
    this.#quotes = quotes
    this.#delimiter = delimiter
  }

  get quoted(): boolean {
    return this.#open !== ""
  }

  follow(character: string): boolean {
    if (this.#escaped) this.#escaped = false
    else if (this.#open !== "") {
      if (character === "\\" && this.#open.length === 1) this.#escaped = true
      else if (character === this.#open) this.#open = ""
    } else if (this.#depth > 0 && this.#quotes.includes(character)) this.#open = character
    else if (character === "{" || character === "[" || character === "(") this.#depth += 1
    else if ((character === "}" || character === "]" || character === ")") && this.#depth > 0) {
      this.#depth -= 1
      return this.#depth === 0
    }
    return false
  }

  mark(marker: string): void {
    this.#escaped = false
    if (marker !== this.#delimiter) return
    if (this.#open === "") this.#open = marker
    else if (this.#open === marker) this.#open = ""
  }
}
