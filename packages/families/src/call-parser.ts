import { type CallFormat, type CallReader, type CallStep, markersOf } from "./call-format.ts"
import type { EndReason, FamilyEvent, FamilyParser, FamilyToolCall, ParserOptions } from "./family.ts"
import { type ParsedBody, withRepairs } from "./json-calls.ts"
import { noCalls } from "./json-form.ts"
import { type Lexeme, MarkerLexer } from "./marker-lexer.ts"
import { meantName } from "./names.ts"
import { mendsJson, type RepairRule } from "./repair-rules.ts"
import { SeamText } from "./seam-text.ts"

/** A call that is being written. */
interface OpenCall {
  readonly reader: CallReader
  readonly lexemes: Array<Lexeme>
  /** How many of them opened it: one, or none where the prompt did. */
  readonly ownLexemes: 0 | 1
}

/** Calls seen inside reasoning that is still open: reasoning if more follows, calls if the turn ends here. */
interface HeldCalls {
  readonly raw: string
  readonly calls: ReadonlyArray<FamilyToolCall>
}

/**
 * The parser of all families that mark their calls: the format says where a call begins and reads it, this class does
 * the rest.
 *
 * - Outside a call only white space and the beginning of a marker are held back; a call is held until its end.
 * - Reasoning opens only where an answer, or what follows a call, begins, unless the format says otherwise.
 * - A call that came out wrong and may have hidden another one in a string is read a second time, from then on with
 *   every marker counting: each character is read twice at most.
 * - White space at a seam (after reasoning, around a call) is dropped; all other text is kept exactly.
 */
export const createCallParser = (format: CallFormat, options: ParserOptions): FamilyParser =>
  new CallParser(format, options)

const rawOf = (lexemes: ReadonlyArray<Lexeme>): string => lexemes.map(({ text }) => text).join("")

class CallParser implements FamilyParser {
  readonly #format: CallFormat
  readonly #toolNames: ReadonlySet<string>
  readonly #lexer: MarkerLexer
  readonly #words: SeamText

  #sawReasoning: boolean
  #call: OpenCall | null = null
  #heldCalls: HeldCalls | null = null
  #trusting = true
  /** The next call that comes out wrong does so because it left a string open. */
  #leftStringOpen = false
  #doubledStart = false

  constructor(format: CallFormat, options: ParserOptions) {
    const markers = [...new Set([...format.markers, ...markersOf(format)])]
    this.#format = format
    this.#toolNames = new Set(options.toolNames)
    this.#lexer = new MarkerLexer(
      markers,
      markers.filter((marker) => !options.addedTokens.includes(marker))
    )
    this.#words = new SeamText(options.opensReasoning, format.reasoningLabel)
    this.#sawReasoning = options.opensReasoning
    const begun = format.begin?.()
    if (begun !== undefined) this.#call = { reader: begun, lexemes: [], ownLexemes: 0 }
  }

  push(piece: { readonly text: string } | { readonly marker: string }): ReadonlyArray<FamilyEvent> {
    for (const lexeme of this.#lexer.push(piece)) this.#onLexeme(lexeme)
    return this.#words.take()
  }

  end(reason: EndReason): ReadonlyArray<FamilyEvent> {
    for (const lexeme of this.#lexer.end()) this.#onLexeme(lexeme)
    // Reading what follows a call again can open another one; each round begins further on.
    while (this.#call !== null) this.#onEndInCall(this.#call, reason)
    if (this.#words.inReasoning) this.#onEndInReasoning(reason)
    this.#words.end()
    return this.#words.take()
  }

  // Lexemes

  #onLexeme(lexeme: Lexeme): void {
    if (this.#call !== null) return this.#onLexemeInCall(this.#call, lexeme)
    if (lexeme.kind === "text") return this.#onText(lexeme.text)
    const { reasoning, silent, closers } = this.#format
    if (lexeme.text === reasoning?.start) return this.#onReasoningStart(lexeme.text)
    if (lexeme.text === reasoning?.end) return this.#onReasoningEnd(lexeme.text)
    if (this.#opens(lexeme)) return
    if (silent.includes(lexeme.text) && !this.#words.inReasoning) return
    if (closers.includes(lexeme.text) && this.#words.afterCall) return
    this.#onText(lexeme.text)
  }

  #opens(lexeme: Lexeme): boolean {
    // A marker in back quotes is talk about calls.
    if (this.#words.lastCharacter === "`") return false
    const { fresh, lineStart } = this.#words
    const reader = this.#format.open(lexeme.text, { fresh, lineStart, trusting: this.#trusting })
    if (reader !== null) this.#call = { reader, lexemes: [lexeme], ownLexemes: 1 }
    return reader !== null
  }

  #onText(text: string): void {
    const held = this.#heldCalls
    if (held !== null && text.trim() === "") {
      this.#heldCalls = { ...held, raw: held.raw + text }
      return
    }
    this.#releaseHeldCalls()
    this.#words.say(text)
  }

  #onReasoningStart(marker: string): void {
    if (!this.#words.fresh && !this.#format.reasonsAnywhere) return this.#onText(marker)
    if (this.#words.inReasoning) return
    this.#sawReasoning = true
    this.#words.openReasoning()
  }

  #onReasoningEnd(marker: string): void {
    if (this.#words.inReasoning) {
      this.#releaseHeldCalls()
      return this.#words.closeReasoning()
    }
    // An end without a beginning on a line of its own: what came before was thinking, but is already sent as text.
    const stray = this.#format.reasonsAnywhere || (!this.#sawReasoning && this.#words.lineStart)
    this.#sawReasoning = true
    if (!stray) this.#onText(marker)
  }

  // Calls

  #onLexemeInCall(call: OpenCall, lexeme: Lexeme): void {
    if (this.#words.inReasoning && lexeme.kind === "marker" && lexeme.text === this.#format.reasoning?.end) {
      this.#call = null
      this.#onText(rawOf(call.lexemes))
      return this.#onReasoningEnd(lexeme.text)
    }
    call.lexemes.push(lexeme)
    this.#onStep(call, call.reader.add(lexeme))
  }

  #onStep(call: OpenCall, step: CallStep): void {
    if (step.type === "more") return
    this.#call = null
    if (step.type === "closed") return this.#closeCall(call, step.parsed, step.rest)
    const last = call.lexemes.at(-1)
    if (step.type === "again" && last !== undefined) {
      this.#doubledStart = true
      return this.#onLexeme(last)
    }
    // Text after all; but the marker that showed it may begin a call itself.
    if (last?.kind === "marker" && call.lexemes.length > call.ownLexemes) {
      this.#onText(rawOf(call.lexemes.slice(0, -1)))
      return this.#onLexeme(last)
    }
    this.#onText(rawOf(call.lexemes))
  }

  #onEndInCall(call: OpenCall, reason: EndReason): void {
    this.#call = null
    const ending = call.reader.end(reason)
    if (ending === null) this.#onText(rawOf(call.lexemes))
    else this.#closeCall(call, ending.parsed, ending.rest)
  }

  #closeCall(call: OpenCall, read: ParsedBody, rest: ReadonlyArray<Lexeme>): void {
    const parsed = this.#believed(read)
    if (parsed.problem !== null && this.#trusting && call.reader.doubtful) {
      this.#trusting = false
      this.#leftStringOpen = true
      for (const lexeme of call.lexemes) this.#onLexeme(lexeme)
      return
    }
    const written = rawOf(call.lexemes)
    const raw = written.slice(0, written.length - rawOf(rest).length)
    if (parsed.problem !== null) this.#onMalformed(raw, parsed.problem)
    else if (this.#words.inReasoning) this.#hold(raw, parsed)
    else this.#onCalls(raw, parsed)
    for (const lexeme of rest) this.#onLexeme(lexeme)
  }

  /** What had to be mended is believed only of a tool that the request has. */
  #believed(parsed: ParsedBody): ParsedBody {
    const mended = parsed.calls.some(
      ({ name, repairs }) => repairs?.some(mendsJson) === true && meantName(name, [...this.#toolNames]) === undefined
    )
    return mended ? noCalls("the call is not valid JSON, and its tool is unknown") : parsed
  }

  #onMalformed(raw: string, problem: string): void {
    if (this.#words.inReasoning) return this.#onText(raw)
    this.#words.malformed(raw, this.#leftStringOpen ? "the call leaves a string open" : problem)
    this.#leftStringOpen = false
  }

  #onCalls(raw: string, parsed: ParsedBody): void {
    for (const call of this.#toEvents(raw, parsed)) this.#words.call(call)
    for (const leftover of parsed.leftovers) this.#words.malformed(leftover, "it stands beside a call and is none")
  }

  #toEvents(raw: string, parsed: ParsedBody): ReadonlyArray<FamilyToolCall> {
    const only = parsed.calls.length === 1 && parsed.leftovers.length === 0
    const doubled: ReadonlyArray<RepairRule> = this.#doubledStart ? ["doubled-start"] : []
    this.#doubledStart = false
    return parsed.calls.map((call): FamilyToolCall => ({
      type: "tool-call",
      ...withRepairs(call, doubled),
      rawText: only ? raw : this.#format.renderCall(call)
    }))
  }

  // Calls inside reasoning

  #hold(raw: string, parsed: ParsedBody): void {
    const held = this.#heldCalls ?? { raw: "", calls: [] }
    this.#heldCalls = { raw: held.raw + raw, calls: [...held.calls, ...this.#toEvents(raw, parsed)] }
  }

  #releaseHeldCalls(): void {
    const held = this.#heldCalls
    this.#heldCalls = null
    if (held !== null) this.#words.say(held.raw)
  }

  #onEndInReasoning(reason: EndReason): void {
    const calls = this.#heldCalls?.calls ?? []
    if (reason === "stop" && calls.length > 0 && calls.every((call) => this.#toolNames.has(call.name))) {
      this.#heldCalls = null
      this.#words.closeReasoning()
      for (const call of calls) this.#words.call({ ...call, fromReasoning: true })
      return
    }
    this.#releaseHeldCalls()
    this.#words.closeReasoning()
  }
}
