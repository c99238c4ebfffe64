import type { CallReader, CallStep } from "./call-format.ts"
import type { EndReason } from "./family.ts"
import { type ParsedBody, withRepairs } from "./json-calls.ts"
import type { Lexeme } from "./marker-lexer.ts"
import { type QuoteTracker, trackNothing } from "./quote-tracker.ts"

/** How the text behind an opening marker is read. */
export interface SpanRules {
  /** Markers that end the call and belong to it. */
  readonly closers?: ReadonlyArray<string>
  /** Markers that end the call and do not belong to it. Right behind the opening marker they say nothing. */
  readonly enders?: ReadonlyArray<string>
  /** Markers that `parse` wants to see as such. All others are text. */
  readonly structural?: ReadonlyArray<string>
  /** The same, inside strings too. */
  readonly always?: ReadonlyArray<string>
  readonly tracker?: QuoteTracker
  /** The call ends where its outermost bracket closes. */
  readonly balanced?: boolean
  /**
   * What may follow a balanced call and still belong to it: nothing, more calls behind a semicolon or white space, or
   * only the end of the answer (otherwise it was text).
   */
  readonly tail?: "nothing" | "more-calls" | "end-only"
  /** Markers that may stand behind a balanced call and say nothing. */
  readonly silent?: ReadonlyArray<string>
  /** Whether this can be a call, from what has come of it, white space left out; null while undecided. */
  begins?(head: string): boolean | null
  /** What came out wrong is text: the opening marker is no more than a letter or a word. */
  readonly weak?: boolean
  readonly trusting: boolean
  /** Whether a call that came out wrong may have hidden another one in a string. */
  doubts?(lexemes: ReadonlyArray<Lexeme>): boolean
  parse(lexemes: ReadonlyArray<Lexeme>, closed: boolean): ParsedBody
}

const more: CallStep = { type: "more" }
const text: CallStep = { type: "text" }
const again: CallStep = { type: "again" }

/** Reads a call up to a closing marker or to where its brackets balance. Linear in what it is given. */
export const readSpan = (rules: SpanRules): CallReader => new SpanReader(rules)

class SpanReader implements CallReader {
  readonly #rules: SpanRules
  readonly #tracker: QuoteTracker
  readonly #body: Array<Lexeme> = []
  /** Every lexeme as it came, for `doubts`; kept only from the first quoted marker on. */
  readonly #raw: Array<Lexeme> = []
  #head = ""
  #decided: boolean
  #blank = true
  #balanced = false
  /** What came behind a balanced call and does not belong to it so far. */
  readonly #behind: Array<Lexeme> = []

  constructor(rules: SpanRules) {
    this.#rules = rules
    this.#tracker = rules.tracker ?? trackNothing()
    this.#decided = rules.begins === undefined
  }

  get doubtful(): boolean {
    return this.#raw.length > 0 && (this.#rules.doubts?.(this.#raw) ?? true)
  }

  add(lexeme: Lexeme): CallStep {
    const { closers = [], enders = [], structural = [], always = [] } = this.#rules
    const { text: marker } = lexeme
    if (lexeme.kind === "text") return this.#addText(marker)
    if (this.#balanced && this.#rules.silent?.includes(marker) === true) {
      this.#behind.push(lexeme)
      return more
    }
    if (always.includes(marker)) return this.#addStructural(lexeme)
    if (!closers.includes(marker) && !enders.includes(marker) && !structural.includes(marker))
      return this.#addText(marker)
    if (this.#tracker.quoted && this.#rules.trusting) return this.#addQuoted(lexeme)
    if (closers.includes(marker)) return this.#close(true, [])
    if (enders.includes(marker)) return this.#blank ? again : this.#close(false, [lexeme])
    return this.#addStructural(lexeme)
  }

  end(reason: EndReason): ReturnType<CallReader["end"]> {
    if (!this.#decided && this.#rules.weak === true) return null
    if (reason !== "stop" && !this.#balanced) {
      return { parsed: { calls: [], leftovers: [], problem: `the call was cut off (${reason})` }, rest: [] }
    }
    const parsed = this.#parse(false)
    if (parsed.problem !== null && this.#rules.weak === true) return null
    return { parsed, rest: this.#behind }
  }

  #close(closed: boolean, following: ReadonlyArray<Lexeme>): CallStep {
    const parsed = this.#parse(closed)
    if (this.#rules.weak === true && (parsed.problem !== null || this.#rules.tail === "end-only")) return text
    return { type: "closed", parsed, rest: [...this.#behind, ...following] }
  }

  #parse(closed: boolean): ParsedBody {
    const parsed = this.#rules.parse(this.#body, closed)
    const { closers = [], balanced } = this.#rules
    if (closed || closers.length === 0 || balanced === true) return parsed
    return { ...parsed, calls: parsed.calls.map((call) => withRepairs(call, ["missing-end"])) }
  }

  #addQuoted(marker: Lexeme): CallStep {
    this.#raw.push(marker)
    this.#push(marker.text)
    this.#tracker.mark(marker.text)
    return more
  }

  #addStructural(marker: Lexeme): CallStep {
    this.#blank = false
    if (this.#raw.length > 0) this.#raw.push(marker)
    this.#body.push(marker)
    this.#tracker.mark(marker.text)
    return more
  }

  #addText(words: string): CallStep {
    if (this.#raw.length > 0) this.#remember(words)
    if (!this.#decided) {
      this.#head += words.replaceAll(/\s/g, "")
      const verdict = this.#head === "" ? null : (this.#rules.begins?.(this.#head) ?? null)
      if (verdict === false) return text
      this.#decided = verdict === true
    }
    if (this.#blank && words.trim() !== "") this.#blank = false
    if (this.#balanced) return this.#addBehind(words)
    for (let index = 0; index < words.length; index++) {
      if (!this.#tracker.follow(words.charAt(index)) || this.#rules.balanced !== true) continue
      this.#push(words.slice(0, index + 1))
      const rest = words.slice(index + 1)
      if ((this.#rules.tail ?? "nothing") === "nothing")
        return this.#close(true, rest === "" ? [] : [{ kind: "text", text: rest }])
      this.#balanced = true
      return rest === "" ? more : this.#addBehind(rest)
    }
    this.#push(words)
    return more
  }

  #addBehind(words: string): CallStep {
    const said = /[^\s;]/.exec(words)
    if (said === null) {
      this.#behind.push({ kind: "text", text: words })
      return more
    }
    const begins = words.charAt(said.index) === "{"
    if (this.#rules.tail === "more-calls" && begins) {
      this.#push(this.#behind.map(({ text }) => text).join("") + words.slice(0, said.index))
      this.#behind.length = 0
      this.#balanced = false
      return this.#addText(words.slice(said.index))
    }
    if (this.#rules.tail === "end-only") return text
    return this.#close(true, [{ kind: "text", text: words }])
  }

  #push(words: string): void {
    const last = this.#body.at(-1)
    if (last?.kind === "text") this.#body[this.#body.length - 1] = { kind: "text", text: last.text + words }
    else this.#body.push({ kind: "text", text: words })
  }

  #remember(words: string): void {
    const last = this.#raw.at(-1)
    if (last?.kind === "text") this.#raw[this.#raw.length - 1] = { kind: "text", text: last.text + words }
    else this.#raw.push({ kind: "text", text: words })
  }
}
