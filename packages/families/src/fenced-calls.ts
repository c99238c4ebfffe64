import { beginsLikeBareCall } from "./bare-json.ts"
import type { CallFormat, CallPlace, CallReader, CallStep } from "./call-format.ts"
import type { EndReason } from "./family.ts"
import { parseJsonCalls, type ParsedBody, withRepairs } from "./json-calls.ts"
import type { Lexeme } from "./marker-lexer.ts"
import { parseToolCode, toolCode } from "./tool-code.ts"

/** What stands around code in Markdown. */
const fence = "```"

const more: CallStep = { type: "more" }
const text: CallStep = { type: "text" }

/** Which kinds of fence may hold a call: JSON, or the Python that models of Gemma's kind call `tool_code`. */
interface FenceRules {
  readonly json: boolean
  readonly python: boolean
  readonly toolNames: ReadonlyArray<string>
}

/**
 * Reads a call in a code fence, for models that forget their markers. It is one only where it is the last thing of the
 * answer and all its tools are declared: with words behind it, it is an example.
 */
const readFence = (rules: FenceRules): CallReader => new FenceReader(rules)

class FenceReader implements CallReader {
  readonly #rules: FenceRules
  #body = ""
  #closed = false
  #decided = false
  readonly doubtful = false

  constructor(rules: FenceRules) {
    this.#rules = rules
  }

  add({ kind, text: words }: Lexeme): CallStep {
    if (this.#closed) return words.trim() === "" ? more : text
    if (kind === "marker" && words === fence && this.#body.endsWith("\n")) {
      this.#closed = true
      return more
    }
    this.#body += words
    if (this.#decided) return more
    const verdict = beginsLikeCall(this.#body.slice(0, longestHead), this.#rules)
    this.#decided = verdict === true
    return verdict === false || (verdict === null && this.#body.length >= longestHead) ? text : more
  }

  end(reason: EndReason): { readonly parsed: ParsedBody; readonly rest: ReadonlyArray<Lexeme> } | null {
    if (!this.#closed || reason !== "stop") return null
    const parsed = parseFenced(this.#body)
    const clean = parsed.problem === null && parsed.leftovers.length === 0
    if (!clean || !parsed.calls.every(({ name }) => this.#rules.toolNames.includes(name))) return null
    return { parsed: { ...parsed, calls: parsed.calls.map((call) => withRepairs(call, ["fence"])) }, rest: [] }
  }
}

const fenceHead = /^(json|tool_code|tool_call|)[ \t]*\n\s*/
/** Whatever has not begun like a call by then is none. */
const longestHead = 200

/** Null while undecided. */
const beginsLikeCall = (body: string, { json, python }: FenceRules): boolean | null => {
  const head = fenceHead.exec(body)
  if (head === null) return body.includes("\n") ? false : null
  const code = body.slice(head[0].length)
  if (code === "") return null
  if (head[1] === toolCode) return python
  return json && beginsLikeBareCall(code)
}

const parseFenced = (body: string): ParsedBody => {
  const head = fenceHead.exec(body)?.[0] ?? ""
  const code = body.slice(head.length)
  return head.startsWith(toolCode) ? parseToolCode(code) : parseJsonCalls(code, true)
}

/** A format whose calls may stand in a lone fence too, at places that `allows` accepts. */
export const withFences = <F extends Pick<CallFormat, "markers" | "open">>(
  format: F,
  rules: FenceRules,
  allows: (place: CallPlace) => boolean
): F => ({
  ...format,
  markers: [...format.markers, fence],
  open: (marker, place) => (marker === fence ? (allows(place) ? readFence(rules) : null) : format.open(marker, place))
})
