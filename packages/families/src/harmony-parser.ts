import type { EndReason, FamilyEvent, FamilyParser, ParserOptions } from "./family.ts"
import { parseNamedCall } from "./json-form.ts"
import { type Lexeme, MarkerLexer } from "./marker-lexer.ts"
import { SeamText } from "./seam-text.ts"

/** The markers of the harmony format; all of them are tokens of its vocabulary. */
export const harmonyMarkers = {
  start: "<|start|>",
  channel: "<|channel|>",
  constrain: "<|constrain|>",
  message: "<|message|>",
  end: "<|end|>",
  call: "<|call|>",
  return: "<|return|>"
} as const

/** A longer header is none. */
const maximumHeader = 400

/** Role and channel at the beginning of a header. */
const knownHeader = /^\s*(?:assistant\b)?\s*(?:analysis|commentary|final)?\b\s*/

/** What a message is: thinking, an answer, or a call of a function. */
type Body =
  | { readonly kind: "reasoning" }
  | { readonly kind: "text" }
  | { readonly kind: "call"; readonly recipient: string; json: string }

const recipientPattern = /\bto=([^\s<]{1,200})/

/**
 * Reads messages of the harmony format. Each is a header (role, channel, recipient, in any order and partly missing), a
 * body, and an end marker that may be missing too. Fail open: what is neither is text.
 */
export class HarmonyParser implements FamilyParser {
  readonly #lexer: MarkerLexer
  readonly #words: SeamText
  readonly #toolNames: ReadonlySet<string>
  /** The header being written; null inside a body. Before any marker of a header ordinary words are an answer. */
  #header: string | null = ""
  #headed = false
  #raw = ""
  #body: Body | null = null

  constructor(options: ParserOptions) {
    const markers = Object.values(harmonyMarkers)
    this.#lexer = new MarkerLexer(
      markers,
      markers.filter((marker) => !options.addedTokens.includes(marker))
    )
    this.#words = new SeamText(options.opensReasoning, "")
    this.#toolNames = new Set(options.toolNames)
    if (options.opensReasoning) {
      this.#header = null
      this.#body = { kind: "reasoning" }
    }
  }

  push(piece: { readonly text: string } | { readonly marker: string }): ReadonlyArray<FamilyEvent> {
    for (const lexeme of this.#lexer.push(piece)) this.#onLexeme(lexeme)
    return this.#words.take()
  }

  end(reason: EndReason): ReadonlyArray<FamilyEvent> {
    for (const lexeme of this.#lexer.end()) this.#onLexeme(lexeme)
    if (this.#body === null) this.#onEndInHeader(reason)
    else this.#endBody("", reason)
    this.#words.end()
    return this.#words.take()
  }

  #onLexeme(lexeme: Lexeme): void {
    if (lexeme.kind === "text") return this.#onText(lexeme.text)
    // A marker in back quotes is talk about the format.
    if (this.#body !== null && this.#body.kind !== "call" && this.#words.lastCharacter === "`")
      return this.#onText(lexeme.text)
    const { start, message, end, call, return: returned } = harmonyMarkers
    const marker = lexeme.text
    if (this.#body !== null) {
      const closes = marker === end || marker === call || marker === returned
      this.#endBody(closes ? marker : "", "stop")
      if (closes) return
    } else if (marker === end || marker === call || marker === returned) return this.#beginHeader()
    if (marker === message) return this.#beginBody()
    if (marker === start) this.#beginHeader()
    if (this.#raw.length > maximumHeader) return this.#onHeaderless(marker)
    this.#headed = true
    this.#raw += marker
    this.#header = `${this.#header ?? ""} `
  }

  #onText(text: string): void {
    if (this.#body === null) return this.#onHeaderText(text)
    if (this.#body.kind !== "call") return this.#words.say(text)
    this.#raw += text
    this.#body.json += text
  }

  // Headers

  #beginHeader(): void {
    this.#header = ""
    this.#headed = false
    this.#raw = ""
  }

  #onHeaderText(text: string): void {
    const header = (this.#header ?? "") + text
    const trimmed = header.trimStart()
    const plausible = this.#headed ? header.length <= maximumHeader : "to=".startsWith(trimmed.slice(0, 3))
    if (plausible && header.length <= maximumHeader) {
      this.#header = header
      this.#raw += text
      return
    }
    this.#onHeaderless(text)
  }

  /** An answer without a header. */
  #onHeaderless(text: string): void {
    const raw = this.#raw + text
    this.#beginText()
    this.#words.say(raw)
  }

  #beginText(): void {
    this.#header = null
    this.#raw = ""
    this.#body = { kind: "text" }
  }

  #beginBody(): void {
    const header = this.#header ?? ""
    const recipient = recipientPattern.exec(header)?.[1]
    this.#raw += harmonyMarkers.message
    this.#header = null
    if (recipient !== undefined) {
      this.#body = { kind: "call", recipient, json: "" }
      return
    }
    this.#raw = ""
    if (/\banalysis\b/.test(header)) {
      this.#body = { kind: "reasoning" }
      this.#words.openReasoning()
    } else this.#body = { kind: "text" }
  }

  #onEndInHeader(reason: EndReason): void {
    if (this.#raw.trim() === "" || !this.#headed) {
      if (!this.#headed) this.#words.say(this.#raw)
      return
    }
    const header = this.#header ?? ""
    if (recipientPattern.test(header)) return this.#words.malformed(this.#raw, `the call was cut off (${reason})`)
    // Words behind a header whose end the model forgot.
    const words = header.replace(knownHeader, "")
    if (words.trim() !== "") this.#words.say(words)
  }

  // Bodies

  #endBody(marker: string, reason: EndReason): void {
    const body = this.#body
    this.#body = null
    if (body?.kind === "call") this.#onCall(body, marker, reason)
    if (body?.kind === "reasoning") this.#words.closeReasoning()
    this.#beginHeader()
  }

  #onCall({ recipient, json }: Extract<Body, { kind: "call" }>, marker: string, reason: EndReason): void {
    const raw = this.#raw + marker
    if (reason !== "stop") return this.#words.malformed(raw, `the call was cut off (${reason})`)
    const name = recipient.replace(/^functions\./, "")
    // Tools of its training (`python`, `container.exec`) that the request does not have.
    if (name === recipient && !this.#toolNames.has(name))
      return this.#words.malformed(raw, "the call goes to no function of the request")
    if (marker === "" && json.trim() === "") return this.#words.malformed(raw, "the call has no arguments")
    const { calls, problem } = parseNamedCall(name, json, marker !== "")
    const [call] = calls
    if (call === undefined) return this.#words.malformed(raw, problem ?? "the call is empty")
    this.#words.call({ type: "tool-call", ...call, rawText: raw })
  }
}
