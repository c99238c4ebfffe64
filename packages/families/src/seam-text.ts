import type { FamilyEvent } from "./family.ts"

/**
 * The text and reasoning that leave a parser. White space goes out only once text of the same kind follows it, and not
 * at all at a seam: after reasoning, around a call.
 */
export class SeamText {
  readonly #label: string
  #events: Array<FamilyEvent> = []
  #inReasoning: boolean
  /** A `reasoning` event went out that no `reasoning-end` has followed. */
  #owesReasoningEnd = false
  #space = ""
  #afterSeam: boolean
  #fresh = true
  #afterCall = false
  #lastCharacter = ""
  /** The beginning of reasoning, as long as it may be no more than the label; null once that is decided. */
  #labelled: string | null

  constructor(opensReasoning: boolean, label: string) {
    this.#label = label
    this.#inReasoning = opensReasoning
    this.#afterSeam = opensReasoning
    this.#labelled = opensReasoning && label !== "" ? "" : null
  }

  get inReasoning(): boolean {
    return this.#inReasoning
  }

  /** Nothing but white space since the answer, or what follows reasoning or a call, began. */
  get fresh(): boolean {
    return this.#fresh
  }

  /** Nothing but white space since a call. */
  get afterCall(): boolean {
    return this.#afterCall && this.#fresh
  }

  get lineStart(): boolean {
    return this.#fresh || this.#space.includes("\n")
  }

  get lastCharacter(): string {
    return this.#lastCharacter
  }

  emit(event: FamilyEvent): void {
    const last = this.#events.at(-1)
    const joins = (event.type === "text" || event.type === "reasoning") && last?.type === event.type
    if (joins) this.#events[this.#events.length - 1] = { type: event.type, text: last.text + event.text }
    else this.#events.push(event)
  }

  take(): ReadonlyArray<FamilyEvent> {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Sends text of the present kind, but for the white space at its end. */
  say(text: string): void {
    if (this.#labelled !== null) return this.#sayBehindLabel(this.#labelled + text)
    this.#lastCharacter = text.slice(-1)
    const core = text.trimEnd()
    if (core === "") {
      this.#space += text
      return
    }
    const spaced = this.#space + core
    const said = this.#afterSeam ? this.#behindSeam(spaced) : spaced
    this.#space = text.slice(core.length)
    this.#afterSeam = false
    this.#fresh = false
    this.#owesReasoningEnd = this.#inReasoning
    this.emit({ type: this.#inReasoning ? "reasoning" : "text", text: said })
  }

  /** A line end behind a call parts it from what follows; a space there is the text's own. */
  #behindSeam(text: string): string {
    const said = text.trimStart()
    const own = this.#afterCall && !text.slice(0, text.length - said.length).includes("\n")
    return own ? text : said
  }

  /** Sends a call; spaces between it and the text before it are the text's, line ends are nobody's. */
  call(event: FamilyEvent): void {
    if (!this.#fresh && !this.#space.includes("\n")) this.end()
    this.emit(event)
    this.beginSeam(true)
  }

  malformed(raw: string, problem: string): void {
    this.emit({ type: "malformed-call", rawText: (this.#afterSeam ? "" : this.#space) + raw, problem })
    this.#space = ""
    this.#afterSeam = false
    this.#fresh = false
    this.#lastCharacter = raw.slice(-1)
  }

  openReasoning(): void {
    this.#inReasoning = true
    this.#labelled = this.#label === "" ? null : ""
    this.beginSeam(false)
  }

  closeReasoning(): void {
    this.#decideLabel()
    if (this.#owesReasoningEnd) this.emit({ type: "reasoning-end" })
    this.#owesReasoningEnd = false
    this.#inReasoning = false
    this.beginSeam(false)
  }

  beginSeam(afterCall: boolean): void {
    this.#space = ""
    this.#afterSeam = true
    this.#fresh = true
    this.#afterCall = afterCall
    this.#lastCharacter = ""
  }

  /** White space at the end of the answer. */
  end(): void {
    if (this.#space !== "" && !(this.#afterSeam && this.#fresh)) this.emit({ type: "text", text: this.#space })
    this.#space = ""
  }

  #sayBehindLabel(text: string): void {
    const line = text.indexOf("\n")
    if (text.length <= this.#label.length && this.#label.startsWith(text)) this.#labelled = text
    else {
      this.#labelled = null
      this.say(line === this.#label.length && text.startsWith(this.#label) ? text.slice(line + 1) : text)
    }
  }

  #decideLabel(): void {
    const labelled = this.#labelled ?? ""
    this.#labelled = null
    if (labelled !== "" && labelled !== this.#label) this.say(labelled)
  }
}
