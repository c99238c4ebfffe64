import type { ModelPiece } from "@pensieve/models"

/** A stretch of ordinary text, or one of the family's markers. */
export type Lexeme =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "marker"; readonly text: string }

/** The part of a text that is decided, and the rest that more text might still turn into a marker. */
interface Scan {
  readonly lexemes: Array<Lexeme>
  readonly rest: string
}

/**
 * Tells markers from text in pieces of any size, in linear time. Holds back only the longest end that could still become
 * a marker. A marker piece that is none of the family's is text: some vocabularies have words or line ends as added tokens.
 */
export class MarkerLexer {
  readonly #markers: ReadonlySet<string>
  readonly #spelled: ReadonlyArray<string>
  readonly #firstLetters: ReadonlySet<string>
  #held = ""

  /** @param markers the family's markers. @param spelled those of them that count when they come as ordinary text. */
  constructor(markers: ReadonlyArray<string>, spelled: ReadonlyArray<string>) {
    this.#markers = new Set(markers)
    this.#spelled = spelled.toSorted((a, b) => b.length - a.length)
    this.#firstLetters = new Set(spelled.map((marker) => marker.charAt(0)))
  }

  push(piece: ModelPiece): ReadonlyArray<Lexeme> {
    if ("marker" in piece && this.#markers.has(piece.marker)) {
      return [...this.end(), { kind: "marker", text: piece.marker }]
    }
    const { lexemes, rest } = this.#scan(this.#held + ("marker" in piece ? piece.marker : piece.text), false)
    this.#held = rest
    return lexemes
  }

  /** What was held back, once nothing can follow it. */
  end(): ReadonlyArray<Lexeme> {
    const { lexemes } = this.#scan(this.#held, true)
    this.#held = ""
    return lexemes
  }

  #scan(text: string, final: boolean): Scan {
    const lexemes: Array<Lexeme> = []
    let from = 0
    let at = 0
    while (at < text.length) {
      if (!this.#firstLetters.has(text.charAt(at))) {
        at += 1
        continue
      }
      if (!final && this.#mayGrow(text, at)) break
      const marker = this.#spelled.find((candidate) => text.startsWith(candidate, at))
      if (marker === undefined) {
        at += 1
        continue
      }
      if (at > from) lexemes.push({ kind: "text", text: text.slice(from, at) })
      lexemes.push({ kind: "marker", text: marker })
      at += marker.length
      from = at
    }
    if (at > from) lexemes.push({ kind: "text", text: text.slice(from, at) })
    return { lexemes, rest: text.slice(at) }
  }

  #mayGrow(text: string, at: number): boolean {
    const left = text.length - at
    return this.#spelled.some((marker) => marker.length > left && marker.startsWith(text.slice(at)))
  }
}
