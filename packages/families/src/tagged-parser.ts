import type { EndReason, FamilyEvent, FamilyParser, FamilyToolCall, ParserOptions, ReasoningMarkers } from "./family.ts"
import { parseJsonCalls, type ParsedBody } from "./json-calls.ts"
import { type Lexeme, MarkerLexer } from "./marker-lexer.ts"
import { type CutCall, OpenCall } from "./open-call.ts"

/** The markers of a format that puts JSON between two tags. */
export interface TaggedFormat {
  readonly callStart: string
  readonly callEnd: string
  readonly reasoning: ReasoningMarkers
}

/** Calls seen inside reasoning that is still open: reasoning if more follows, calls if the turn ends here. */
interface HeldCalls {
  readonly raw: string
  readonly calls: ReadonlyArray<FamilyToolCall>
}

/**
 * A parser for calls written as JSON between two tags, and reasoning between two others.
 *
 * - Outside a call only white space and the beginning of a marker are held back; a call is held until its end.
 * - Reasoning opens only where an answer, or what follows a call, begins. Elsewhere its markers are text.
 * - Inside a JSON string markers are content. If the call turns out to be none and another one begins inside what looked
 *   like its string, it is cut there and the rest is read again, from then on with every marker counting: each character
 *   is read twice at most.
 * - White space at a seam (after reasoning, around a call) is dropped; all other text is kept exactly.
 */
export const createTaggedParser = (format: TaggedFormat, options: ParserOptions): FamilyParser =>
  new TaggedParser(format, options)

class TaggedParser implements FamilyParser {
  readonly #format: TaggedFormat
  readonly #toolNames: ReadonlySet<string>
  readonly #lexer: MarkerLexer
  #events: Array<FamilyEvent> = []

  #inReasoning: boolean
  /** A `reasoning` event went out that no `reasoning-end` has followed. */
  #owesReasoningEnd = false
  #sawReasoning: boolean
  /** The call being written. */
  #call: OpenCall | null = null
  #heldCalls: HeldCalls | null = null
  /** Markers inside JSON strings are content. */
  #trustsStrings = true

  /** White space that goes out only if text of the same kind follows. */
  #space = ""
  /** White space before the next text is a seam's. */
  #afterSeam: boolean
  /** Nothing but white space since the beginning, the last reasoning or the last call. */
  #fresh = true
  #afterCall = false
  #lastCharacter = ""

  constructor(format: TaggedFormat, options: ParserOptions) {
    const { callStart, callEnd, reasoning } = format
    const markers = [callStart, callEnd, reasoning.start, reasoning.end]
    this.#format = format
    this.#toolNames = new Set(options.toolNames)
    this.#lexer = new MarkerLexer(
      markers,
      markers.filter((marker) => !options.addedTokens.includes(marker))
    )
    this.#inReasoning = options.opensReasoning
    this.#sawReasoning = options.opensReasoning
    this.#afterSeam = options.opensReasoning
  }

  push(piece: { readonly text: string } | { readonly marker: string }): ReadonlyArray<FamilyEvent> {
    for (const lexeme of this.#lexer.push(piece)) this.#onLexeme(lexeme)
    return this.#take()
  }

  end(reason: EndReason): ReadonlyArray<FamilyEvent> {
    for (const lexeme of this.#lexer.end()) this.#onLexeme(lexeme)
    // Reading the rest of a call again can open another one, once: strings are not trusted then.
    while (this.#call !== null) this.#onEndInCall(this.#call, reason)
    if (this.#inReasoning) this.#onEndInReasoning(reason)
    else if (this.#space !== "" && !(this.#afterSeam && this.#fresh)) this.#emit({ type: "text", text: this.#space })
    this.#space = ""
    return this.#take()
  }

  // Lexemes

  #onLexeme(lexeme: Lexeme): void {
    if (this.#call !== null) return this.#onLexemeInCall(this.#call, lexeme)
    if (lexeme.kind === "text") return this.#onText(lexeme.text)
    switch (lexeme.text) {
      case this.#format.callStart:
        return this.#onCallStart(lexeme.text)
      case this.#format.callEnd:
        return this.#onStrayCallEnd(lexeme.text)
      case this.#format.reasoning.start:
        return this.#onReasoningStart(lexeme.text)
      default:
        return this.#onReasoningEnd(lexeme.text)
    }
  }

  #onText(text: string): void {
    const held = this.#heldCalls
    if (held !== null && text.trim() === "") {
      this.#heldCalls = { ...held, raw: held.raw + text }
      return
    }
    this.#releaseHeldCalls()
    this.#say(text)
  }

  #onCallStart(marker: string): void {
    // `<tool_call>` in back quotes is talk about calls.
    if (this.#lastCharacter === "`") this.#onText(marker)
    else this.#call = new OpenCall(marker)
  }

  #onStrayCallEnd(marker: string): void {
    if (!(this.#afterCall && this.#fresh)) this.#onText(marker)
  }

  #onReasoningStart(marker: string): void {
    if (!this.#fresh) return this.#onText(marker)
    if (this.#inReasoning) return
    this.#inReasoning = true
    this.#sawReasoning = true
    this.#beginSeam()
  }

  #onReasoningEnd(marker: string): void {
    if (this.#inReasoning) {
      this.#releaseHeldCalls()
      this.#closeReasoning()
      return
    }
    // An end without a beginning on a line of its own: what came before was thinking, but is already sent as text.
    const stray = !this.#sawReasoning && (this.#fresh || this.#space.includes("\n"))
    this.#sawReasoning = true
    if (!stray) this.#onText(marker)
  }

  #onLexemeInCall(call: OpenCall, lexeme: Lexeme): void {
    const { callStart, callEnd, reasoning } = this.#format
    if (this.#inReasoning && lexeme.kind === "marker" && lexeme.text === reasoning.end) {
      this.#call = null
      this.#onText(call.written)
      return this.#onReasoningEnd(lexeme.text)
    }
    if (lexeme.kind === "text" || (lexeme.text !== callStart && lexeme.text !== callEnd)) {
      if (!call.add(lexeme.text)) this.#abandon(call)
      return
    }
    if (this.#trustsStrings && call.inString) return call.addQuoted(lexeme)
    this.#call = null
    if (lexeme.text === callStart) {
      // The opener written twice is one opener.
      if (!call.isBlank) this.#closeCall(call, parseJsonCalls(call.body), "", [lexeme])
      else this.#onCallStart(lexeme.text)
      return
    }
    this.#closeCall(call, parseJsonCalls(call.body), lexeme.text, [])
  }

  // Ends

  #onEndInCall(call: OpenCall, reason: EndReason): void {
    this.#call = null
    const parsed: ParsedBody =
      reason === "stop"
        ? parseJsonCalls(call.body)
        : { calls: [], leftovers: [], problem: `the call was cut off (${reason})` }
    this.#closeCall(call, parsed, "", [])
  }

  #onEndInReasoning(reason: EndReason): void {
    const calls = this.#heldCalls?.calls ?? []
    if (reason === "stop" && calls.length > 0 && calls.every((call) => this.#toolNames.has(call.name))) {
      this.#heldCalls = null
      this.#closeReasoning()
      for (const call of calls) this.#emit({ ...call, fromReasoning: true })
      return
    }
    this.#releaseHeldCalls()
    this.#closeReasoning()
  }

  // Calls

  /** Decides on a call that is over. `closer` belongs to it, `following` has been read but does not. */
  #closeCall(call: OpenCall, parsed: ParsedBody, closer: string, following: ReadonlyArray<Lexeme>): void {
    const cut = parsed.problem === null ? null : call.cut()
    if (cut !== null) {
      const closing: ReadonlyArray<Lexeme> = closer === "" ? [] : [{ kind: "marker", text: closer }]
      return this.#readAgain(cut, [...closing, ...following])
    }
    if (parsed.problem !== null) this.#onMalformed(call.written + closer, parsed.problem)
    else if (this.#inReasoning) this.#hold(call.written + closer, parsed)
    else this.#onCalls(call.written + closer, parsed)
    for (const lexeme of following) this.#onLexeme(lexeme)
  }

  #readAgain(cut: CutCall, following: ReadonlyArray<Lexeme>): void {
    this.#trustsStrings = false
    this.#onMalformed(cut.written, "the call leaves a string open")
    for (const lexeme of [...cut.rest, ...following]) this.#onLexeme(lexeme)
  }

  /** What looked like a call is text after all. */
  #abandon(call: OpenCall): void {
    this.#call = null
    this.#onText(call.written)
  }

  #onMalformed(raw: string, problem: string): void {
    if (this.#inReasoning) return this.#onText(raw)
    this.#emit({ type: "malformed-call", rawText: (this.#afterSeam ? "" : this.#space) + raw, problem })
    this.#space = ""
    this.#afterSeam = false
    this.#fresh = false
    this.#lastCharacter = raw.slice(-1)
  }

  #onCalls(raw: string, parsed: ParsedBody): void {
    for (const call of this.#toEvents(raw, parsed)) this.#emit(call)
    this.#beginSeam()
    this.#afterCall = true
    for (const leftover of parsed.leftovers) this.#onMalformed(leftover, "it stands beside a call and is none")
  }

  #toEvents(raw: string, parsed: ParsedBody): ReadonlyArray<FamilyToolCall> {
    const { callStart, callEnd } = this.#format
    const only = parsed.calls.length === 1 && parsed.leftovers.length === 0
    return parsed.calls.map(({ name, input }): FamilyToolCall => ({
      type: "tool-call",
      name,
      input,
      rawText: only ? raw : `${callStart}\n${JSON.stringify({ name, arguments: input })}\n${callEnd}`
    }))
  }

  #hold(raw: string, parsed: ParsedBody): void {
    const held = this.#heldCalls ?? { raw: "", calls: [] }
    this.#heldCalls = { raw: held.raw + raw, calls: [...held.calls, ...this.#toEvents(raw, parsed)] }
  }

  #releaseHeldCalls(): void {
    const held = this.#heldCalls
    this.#heldCalls = null
    if (held !== null) this.#say(held.raw)
  }

  // Text and reasoning

  /** Sends text of the present kind, but for the white space at its end. */
  #say(text: string): void {
    this.#lastCharacter = text.slice(-1)
    const core = text.trimEnd()
    if (core === "") {
      this.#space += text
      return
    }
    const spaced = this.#space + core
    const said = this.#afterSeam ? spaced.trimStart() : spaced
    this.#space = text.slice(core.length)
    this.#afterSeam = false
    this.#fresh = false
    this.#owesReasoningEnd = this.#inReasoning
    this.#emit({ type: this.#inReasoning ? "reasoning" : "text", text: said })
  }

  #closeReasoning(): void {
    if (this.#owesReasoningEnd) this.#emit({ type: "reasoning-end" })
    this.#owesReasoningEnd = false
    this.#inReasoning = false
    this.#beginSeam()
  }

  #beginSeam(): void {
    this.#space = ""
    this.#afterSeam = true
    this.#fresh = true
    this.#afterCall = false
    this.#lastCharacter = ""
  }

  #emit(event: FamilyEvent): void {
    this.#events.push(event)
  }

  #take(): ReadonlyArray<FamilyEvent> {
    const events = this.#events
    this.#events = []
    return events
  }
}
