import type { CallFormat, CallReader, CallStep } from "./call-format.ts"
import type { EndReason } from "./family.ts"
import type { ParsedBody } from "./json-calls.ts"
import { noCalls, parseNamedCall } from "./json-form.ts"
import type { Lexeme } from "./marker-lexer.ts"
import { type QuoteTracker, trackQuotes } from "./quote-tracker.ts"

/** Stands before each message of a turn: `>>>` and on the same line whom it is for. */
export const recipientMarker = ">>>"
/** The recipient of text. */
const everybody = "all"

const more: CallStep = { type: "more" }
const text: CallStep = { type: "text" }

/** What comes before the line end is the recipient; a longer line is none. */
const longestName = 128

/**
 * Reads a message with a recipient: text for everybody, or the arguments of a declared tool. The prompt ends with the
 * first marker, so that an answer may begin with the recipient.
 */
class RecipientReader implements CallReader {
  readonly #toolNames: ReadonlyArray<string> | null
  #head = ""
  #name: string | null = null
  #json = ""
  #begun = false
  readonly #tracker: QuoteTracker = trackQuotes('"')
  readonly doubtful = false

  /** Null: any name, since a marker stands before it. */
  constructor(toolNames: ReadonlyArray<string> | null) {
    this.#toolNames = toolNames
  }

  add({ kind, text: words }: Lexeme): CallStep {
    if (this.#name === null) return kind === "marker" ? text : this.#addHead(words)
    if (kind === "marker" && words === recipientMarker && !this.#tracker.quoted)
      return { type: "closed", parsed: this.#parsed(this.#name), rest: [{ kind, text: words }] }
    return this.#addJson(this.#name, words)
  }

  end(reason: EndReason): { readonly parsed: ParsedBody; readonly rest: ReadonlyArray<Lexeme> } | null {
    if (this.#name === null) return null
    return {
      parsed: reason === "stop" ? this.#parsed(this.#name) : noCalls(`the call was cut off (${reason})`),
      rest: []
    }
  }

  #addHead(words: string): CallStep {
    const line = words.indexOf("\n")
    this.#head += line === -1 ? words : words.slice(0, line)
    if (!this.#plausible(this.#head)) return text
    if (line === -1) return more
    const rest = words.slice(line + 1)
    const name = this.#head.trim()
    const following: ReadonlyArray<Lexeme> = rest === "" ? [] : [{ kind: "text", text: rest }]
    if (name === everybody)
      return { type: "closed", parsed: { calls: [], leftovers: [], problem: null }, rest: following }
    if (name === "" || this.#toolNames?.includes(name) === false) return text
    this.#name = name
    return rest === "" ? more : this.#addJson(name, rest)
  }

  #plausible(head: string): boolean {
    if (head.length > longestName) return false
    if (this.#toolNames === null) return /^[\p{L}\p{N}_.-]*\s*$/u.test(head)
    return [everybody, ...this.#toolNames].some((known) => known.startsWith(head.trim()))
  }

  #addJson(name: string, words: string): CallStep {
    if (!this.#begun && !/^\s*(?:\{|$)/.test(words)) return text
    this.#begun ||= words.trim() !== ""
    for (let index = 0; index < words.length; index++) {
      if (!this.#tracker.follow(words.charAt(index))) continue
      this.#json += words.slice(0, index + 1)
      const rest = words.slice(index + 1)
      return { type: "closed", parsed: this.#parsed(name), rest: rest === "" ? [] : [{ kind: "text", text: rest }] }
    }
    this.#json += words
    return more
  }

  #parsed(name: string): ParsedBody {
    return this.#json.trim() === "" ? noCalls("the call has no arguments") : parseNamedCall(name, this.#json, false)
  }
}

/** The format of messages with recipients. */
export const recipientFormat = (
  toolNames: ReadonlyArray<string>
): Pick<CallFormat, "markers" | "open"> & Required<Pick<CallFormat, "begin">> => ({
  markers: [recipientMarker],
  begin: () => new RecipientReader(toolNames),
  open: (marker, { lineStart }) => (marker === recipientMarker && lineStart ? new RecipientReader(null) : null)
})
