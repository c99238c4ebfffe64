import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import type { CallReader, CallStep } from "./call-format.ts"
import type { EndReason } from "./family.ts"
import { type BodyCall, type ParsedBody, withRepairs } from "./json-calls.ts"
import { readLiteral } from "./literals.ts"
import type { Lexeme } from "./marker-lexer.ts"
import { trackQuotes } from "./quote-tracker.ts"
import type { RepairRule } from "./repair-rules.ts"
import type { ToolSchemas } from "./schema-values.ts"
import { readTag, type TagForm } from "./tag-form.ts"

/** A longer name is none. */
const maximumHead = 512

type State = "between" | "call-head" | "call" | "json" | "parameter-head" | "value"

const more: CallStep = { type: "more" }
const text: CallStep = { type: "text" }

/** How the block began: with its wrapper, or with the call itself. */
export interface TagReaderOptions {
  readonly bare: boolean
  readonly trusting: boolean
  readonly schemas: ToolSchemas
}

/**
 * Reads calls whose parameters are tags. Inside a value everything is content but the tag that closes it, and the two
 * closing tags of the whole call right behind one another, for models that leave out the value's own.
 */
export class TagReader implements CallReader {
  readonly #form: TagForm
  readonly #options: TagReaderOptions
  readonly #calls: Array<BodyCall> = []
  readonly #leftovers: Array<string> = []
  /** Words between the tags, where none belong. */
  #junk = ""
  #state: State
  #head = ""
  #name = ""
  #entries: Array<[string, Json]> = []
  /** What the call that is being read lacks. */
  readonly #repairs = new Set<RepairRule>()
  #key = ""
  #attributes = ""
  #value = ""
  /** Where in the value the call's closing tag stands with nothing but white space behind it. */
  #endInValue: number | null = null
  /** The last thing in the value is the wrapper's closing tag. */
  #wrapperEnded = false
  /** The value holds the end of one wrapper and the beginning of the next: it was most likely left open. */
  #reopened = false
  #json = trackQuotes('"')
  doubtful = false

  constructor(form: TagForm, options: TagReaderOptions) {
    this.#form = form
    this.#options = options
    this.#state = options.bare ? "call-head" : "between"
    if (options.bare && form.wrapperStarts.length > 0) this.#repairs.add("missing-start")
  }

  add(lexeme: Lexeme): CallStep {
    const form = this.#form
    const marker = lexeme.text
    if (this.#state === "json" && this.#json.quoted && this.#options.trusting) return this.#addText(marker)
    const known = lexeme.kind === "marker" && !this.#inHead
    if (this.#state === "value") return known ? this.#onMarkerInValue(lexeme) : this.#addValue(marker)
    if (!known) return this.#addText(marker)
    if (form.wrapperStarts.includes(marker)) {
      if (this.#state === "between" && this.#calls.length === 0)
        return this.#junk === "" || this.#isNoise(this.#junk) ? { type: "again" } : text
      return this.#close([lexeme])
    }
    if (form.wrapperEnds.includes(marker)) return this.#close([])
    if (form.noise?.markers.includes(marker) === true) return more
    if (marker === form.callStart) return this.#beginCall()
    if (marker === form.callEnd) return this.#onCallEnd()
    if (marker === form.parameterStart && this.#state !== "between") return this.#beginHead("parameter-head")
    return marker === form.parameterEnd ? more : this.#addText(marker)
  }

  end(reason: EndReason): { readonly parsed: ParsedBody; readonly rest: ReadonlyArray<Lexeme> } | null {
    if (this.#options.bare && this.#state === "call-head") return null
    if (reason === "stop" && this.#state === "value" && this.#reopened) return { parsed: this.#broken(), rest: [] }
    if (reason === "stop" && this.#state === "value" && this.#endValueAtEnd()) this.#finishCall("missing-end")
    else if (reason === "stop" && this.#state === "call" && this.#suffices()) this.#finishCall("missing-end")
    else if (this.#state !== "between") this.#leftovers.push(this.#unfinished())
    const problem = reason === "stop" ? "the call is not finished" : `the call was cut off (${reason})`
    return { parsed: this.#withoutEnd(this.#parsed(problem)), rest: [] }
  }

  /** The wrapper's own end is missing. */
  #withoutEnd(parsed: ParsedBody): ParsedBody {
    if (this.#options.bare) return parsed
    return { ...parsed, calls: parsed.calls.map((call) => withRepairs(call, ["missing-end"])) }
  }

  get #inHead(): boolean {
    return this.#state === "call-head" || this.#state === "parameter-head"
  }

  // Text

  #addText(words: string): CallStep {
    if (this.#inHead) return this.#addHead(words)
    if (this.#state === "json") return this.#addJson(words)
    const said = words.trim()
    if (said === "" && this.#junk === "") return more
    if (this.#state === "call" && this.#entries.length === 0 && this.#junk === "" && said.startsWith("{")) {
      this.#state = "json"
      this.#value = ""
      this.#json = trackQuotes('"')
      return this.#addJson(words.trimStart())
    }
    if (this.#calls.length === 0 && this.#entries.length === 0 && !this.#mayBeNoise(this.#junk + words.trimEnd()))
      return text
    this.#junk += this.#junk === "" ? words.trimStart() : words
    return more
  }

  #isNoise(words: string): boolean {
    return this.#form.noise?.words.includes(words.trim()) ?? false
  }

  #mayBeNoise(words: string): boolean {
    return this.#form.noise?.words.some((word) => word.startsWith(words.trim())) ?? false
  }

  #addHead(words: string): CallStep {
    const end = words.indexOf(">")
    const head = this.#head + (end === -1 ? words : words.slice(0, end))
    if (head.length > maximumHead || head.includes("\n")) return this.#abandonHead(words)
    this.#head = head
    if (end === -1) return more
    const step = this.#state === "call-head" ? this.#onCallHead(head) : this.#onParameterHead(head)
    const rest = words.slice(end + 1)
    if (step.type === "closed")
      return rest === "" ? step : { ...step, rest: [...step.rest, { kind: "text", text: rest }] }
    if (step.type !== "more" || rest === "") return step
    return this.#state === "value" ? this.#addValue(rest) : this.#addText(rest)
  }

  /** What began like a tag and is none. */
  #abandonHead(words: string): CallStep {
    if (this.#calls.length === 0) return text
    this.#junk += this.#head + words
    this.#state = "between"
    return more
  }

  #addJson(words: string): CallStep {
    for (const character of words) this.#json.follow(character)
    this.#value += words
    return more
  }

  #addValue(words: string): CallStep {
    if (words.trim() !== "") {
      this.#endInValue = null
      this.#wrapperEnded = false
    }
    this.#value += words
    return more
  }

  // Tags

  #beginHead(state: "call-head" | "parameter-head"): CallStep {
    this.#flushJunk()
    this.#state = state
    this.#head = ""
    return more
  }

  #beginCall(): CallStep {
    if (this.#state !== "between") this.#finishCall("missing-end")
    return this.#beginHead("call-head")
  }

  #onCallHead(head: string): CallStep {
    const { name, closed } = readTag(this.#form, head)
    if (
      name === "" ||
      (this.#options.bare && this.#form.bareCalls === "declared" && !this.#options.schemas.declares(name))
    )
      return text
    this.#name = name
    this.#entries = []
    this.#state = "call"
    return closed ? this.#onCallEnd() : more
  }

  #onParameterHead(head: string): CallStep {
    const { name, attributes } = readTag(this.#form, head)
    this.#key = name
    this.#attributes = attributes
    this.#value = ""
    this.#endInValue = null
    this.#wrapperEnded = false
    this.#reopened = false
    this.#state = "value"
    return more
  }

  #onMarkerInValue(lexeme: Lexeme): CallStep {
    const { parameterEnd, parameterStart, callEnd, wrapperEnds, wrapperStarts } = this.#form
    const marker = lexeme.text
    const ends = marker === parameterEnd || (wrapperEnds.includes(marker) && this.#endInValue !== null)
    if (ends && this.#reopened && this.#options.trusting) return { type: "closed", parsed: this.#broken(), rest: [] }
    if (marker === parameterEnd) {
      this.#finishValue(this.#value)
      return more
    }
    if (wrapperEnds.includes(marker) && this.#endInValue !== null) {
      this.#repairs.add("missing-end")
      this.#finishValue(this.#value.slice(0, this.#endInValue))
      return this.#close([])
    }
    if (!this.#options.trusting) {
      if (marker === parameterStart || marker === callEnd) {
        this.#repairs.add("missing-end")
        this.#finishValue(this.#value)
        return marker === callEnd ? this.#onCallEnd() : this.#beginHead("parameter-head")
      }
      if (wrapperStarts.includes(marker) || wrapperEnds.includes(marker)) {
        this.#leftovers.push(this.#unfinished())
        this.#state = "between"
        return this.#close(wrapperEnds.includes(marker) ? [] : [lexeme])
      }
    }
    if (wrapperStarts.includes(marker) && this.#wrapperEnded) {
      this.#reopened = true
      this.doubtful = true
    }
    this.#wrapperEnded = wrapperEnds.includes(marker)
    this.#endInValue = marker === callEnd ? this.#value.length : null
    this.#value += marker
    return more
  }

  #onCallEnd(): CallStep {
    if (this.#state === "between") return more
    this.#finishCall()
    return this.#options.bare ? this.#close([]) : more
  }

  // Ends

  #finishValue(written: string): void {
    // A parameter that was opened on a line of its own inside the value, and that the tool has: the value was left open.
    const within = this.#parameterWithin(written)
    const own = within === null ? written : written.slice(0, within.at)
    this.#entries.push([this.#key, this.#read(own)])
    this.#state = "call"
    if (within === null) return
    this.#repairs.add("missing-end")
    this.#key = within.key
    this.#attributes = ""
    this.#finishValue(written.slice(within.from))
  }

  #parameterWithin(written: string): { readonly at: number; readonly from: number; readonly key: string } | null {
    const opener = `\n${this.#form.parameterStart}`
    for (let at = written.indexOf(opener); at !== -1; at = written.indexOf(opener, at + 1)) {
      const head = written.slice(at + opener.length, at + opener.length + maximumHead)
      const length = head.indexOf(">")
      if (length === -1) continue
      const end = at + opener.length + length
      const { name } = readTag(this.#form, head.slice(0, length))
      const fresh = name !== this.#key && !this.#entries.some(([key]) => key === name)
      if (fresh && this.#options.schemas.hasParameter(this.#name, name)) return { at: at + 1, from: end + 1, key: name }
    }
    return null
  }

  #read(written: string): Json {
    const value = this.#form.linedValues ? withoutLineEnds(written) : written
    if (this.#attributes.includes('string="true"')) return value
    if (this.#attributes.includes('string="false"')) return readLiteral(value) ?? value
    return this.#options.schemas.read(this.#name, this.#key, value)
  }

  /** At the end of the answer a value may lack its closing tag, if the call's own is there. */
  #endValueAtEnd(): boolean {
    const { callEnd } = this.#form
    const at = this.#endInValue ?? this.#value.lastIndexOf(`\n${callEnd}`)
    if (at === -1 || this.#value.slice(at).trim() !== callEnd) return false
    this.#finishValue(this.#value.slice(0, at))
    return true
  }

  #suffices(): boolean {
    const given = this.#entries.map(([key]) => key)
    return this.#options.schemas.suffices(this.#name, given)
  }

  #finishCall(...repairs: ReadonlyArray<RepairRule>): void {
    const input = this.#input()
    if (input === null) this.#leftovers.push(this.#unfinished())
    else this.#calls.push(withRepairs({ name: this.#name, input }, [...this.#repairs, ...repairs]))
    this.#state = "between"
    this.#entries = []
    this.#repairs.clear()
  }

  #input(): JsonObject | null {
    if (this.#state === "call") return Object.fromEntries(this.#entries)
    const value = this.#state === "json" ? readLiteral(this.#value) : undefined
    return isJsonObject(value) ? value : null
  }

  #unfinished(): string {
    this.#flushJunk()
    const { callStart, parameterStart } = this.#form
    return this.#inHead
      ? this.#head
      : `${callStart}${this.#name}>${this.#key === "" ? "" : `${parameterStart}${this.#key}>`}${this.#value}`
  }

  #close(rest: ReadonlyArray<Lexeme>): CallStep {
    if (this.#state !== "between") this.#finishCall("missing-end")
    return { type: "closed", parsed: this.#parsed("the call is empty"), rest }
  }

  #broken(): ParsedBody {
    return { calls: [], leftovers: [], problem: "the call leaves a value open" }
  }

  #flushJunk(): void {
    if (this.#junk !== "" && !this.#isNoise(this.#junk)) this.#leftovers.push(this.#junk.trimEnd())
    this.#junk = ""
  }

  #parsed(problem: string): ParsedBody {
    this.#flushJunk()
    if (this.#calls.length > 0) return { calls: this.#calls, leftovers: this.#leftovers, problem: null }
    return { calls: [], leftovers: [], problem }
  }
}

const withoutLineEnds = (value: string): string => {
  const from = value.startsWith("\n") ? 1 : 0
  const to = value.length > from && value.endsWith("\n") ? value.length - 1 : value.length
  return value.slice(from, to)
}
