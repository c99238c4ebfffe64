/**
 * Answers of a model nobody knows: its template was never seen, and its server may or may not find its calls. Text passes
 * until something stands there that begins calls in one family only; from there on that family's parser reads.
 */
import { deepseekV3 } from "./deepseek-v3.ts"
import { deepseekV32 } from "./deepseek-v32.ts"
import type { EndReason, Family, FamilyEvent, FamilyParser, ParserOptions } from "./family.ts"
import { functionGemma } from "./functiongemma.ts"
import { glm } from "./glm.ts"
import { harmony } from "./harmony.ts"
import { hermes } from "./hermes.ts"
import { kimiK2 } from "./kimi-k2.ts"
import { lfm2 } from "./lfm2.ts"
import { llama3 } from "./llama3.ts"
import { longcat } from "./longcat.ts"
import { minimaxM2 } from "./minimax-m2.ts"
import { mistralV11 } from "./mistral-v11.ts"
import { mistral } from "./mistral.ts"
import { nemotron } from "./nemotron.ts"
import { qwen3Coder } from "./qwen3-coder.ts"
import { seedOss } from "./seed-oss.ts"

/** The family that what follows a sign speaks for; `more` while that is open, `none` if it is no call. */
type Verdict = Family | "more" | "none"

/** What begins calls, and whose they are. */
interface Sign {
  readonly text: string
  readonly family: (after: string) => Verdict
}

const sure = (text: string, family: Family): Sign => ({ text, family: () => family })

/** Three families share the tag; what stands in it differs. */
const inToolCallTag = (after: string): Verdict => {
  const body = after.trimStart()
  if (body === "") return "more"
  if (body.startsWith("{")) return hermes
  const tag = "<function="
  if (body.startsWith(tag)) return qwen3Coder
  if (tag.startsWith(body)) return "more"
  if (/^[\w.:-]+\s*<arg_key>/.test(body)) return glm
  return /^[\w.:-]+\s*(?:<[a-z_]*)?$/.test(body) ? "more" : "none"
}

/** Old Mistral models write a list, new ones a name. */
const behindToolCalls = (after: string): Verdict => {
  const body = after.trimStart()
  if (body === "") return "more"
  return body.startsWith("[") || body.startsWith("{") ? mistral : mistralV11
}

const signs: ReadonlyArray<Sign> = [
  { text: "<tool_call>", family: inToolCallTag },
  { text: "[TOOL_CALLS]", family: behindToolCalls },
  sure("<function=", qwen3Coder),
  sure("<|python_tag|>", llama3),
  sure("<｜tool▁calls▁begin｜>", deepseekV3),
  sure("<｜DSML｜", deepseekV32),
  sure("<|tool_calls_section_begin|>", kimiK2),
  sure("<minimax:tool_call>", minimaxM2),
  sure("<seed:tool_call>", seedOss),
  sure("<start_function_call>", functionGemma),
  sure("<longcat_tool_call>", longcat),
  sure("<|tool_call_start|>", lfm2),
  sure("<TOOLCALL>", nemotron),
  sure("<|channel|>", harmony)
]

/** A sign, and where it stands. */
interface Found {
  readonly sign: Sign
  readonly at: number
}

const firstLetters = new Set(signs.map(({ text }) => text.charAt(0)))
const longestSign = Math.max(...signs.map(({ text }) => text.length))

const firstSign = (text: string, from: number): Found | undefined => {
  for (let at = from; at < text.length; at++) {
    if (!firstLetters.has(text.charAt(at))) continue
    const sign = signs.find((candidate) => text.startsWith(candidate.text, at))
    if (sign !== undefined) return { sign, at }
  }
  return undefined
}

/** Where the part begins that more text may still turn into a sign; white space before it belongs to it. */
const openFrom = (text: string): number => {
  for (let at = Math.max(0, text.length - longestSign + 1); at < text.length; at++) {
    if (!firstLetters.has(text.charAt(at))) continue
    const rest = text.slice(at)
    if (signs.some((sign) => sign.text.startsWith(rest))) return text.slice(0, at).trimEnd().length
  }
  return text.trimEnd().length
}

/** Makes the parser of one answer whose family is not known. Reasoning is not its business. */
export const createAnyFormParser = (options: ParserOptions): FamilyParser => new AnyFormParser(options)

class AnyFormParser implements FamilyParser {
  readonly #options: ParserOptions
  #held = ""
  /** Where in the held text the search goes on. */
  #searched = 0
  #begun = false
  #lastCharacter = ""
  #reader: FamilyParser | undefined

  constructor(options: ParserOptions) {
    this.#options = { ...options, opensReasoning: false, addedTokens: [] }
  }

  push(piece: { readonly text: string } | { readonly marker: string }): ReadonlyArray<FamilyEvent> {
    const text = "text" in piece ? piece.text : piece.marker
    if (this.#reader !== undefined) return this.#reader.push({ text })
    this.#held += text
    const bare = this.#bareJson()
    if (bare !== undefined) return bare
    return this.#search()
  }

  end(reason: EndReason): ReadonlyArray<FamilyEvent> {
    return this.#reader?.end(reason) ?? this.#say(this.#held.length)
  }

  /** An answer that is an object from its first character may be a call without any marker. */
  #bareJson(): ReadonlyArray<FamilyEvent> | undefined {
    if (this.#begun || this.#options.toolNames.length === 0) return undefined
    return this.#held.trimStart().startsWith("{") ? this.#handOver(llama3, 0) : undefined
  }

  #search(): ReadonlyArray<FamilyEvent> {
    for (let found = firstSign(this.#held, this.#searched); found !== undefined;) {
      const { sign, at } = found
      const end = at + sign.text.length
      const verdict = this.#quoted(at) ? "none" : sign.family(this.#held.slice(end))
      if (verdict === "more") return this.#say(this.#held.slice(0, at).trimEnd().length, at)
      if (verdict !== "none") return this.#handOver(verdict, at)
      found = firstSign(this.#held, end)
      this.#searched = end
    }
    return this.#say(Math.max(this.#searched, openFrom(this.#held)))
  }

  /** A marker in back quotes is talk about calls. */
  #quoted(at: number): boolean {
    return (at === 0 ? this.#lastCharacter : this.#held.charAt(at - 1)) === "`"
  }

  /** Says the held text up to a place; the search goes on behind it, or where it is told to. */
  #say(end: number, searchFrom = end): ReadonlyArray<FamilyEvent> {
    const text = this.#held.slice(0, end)
    this.#held = this.#held.slice(end)
    this.#searched = Math.max(0, searchFrom - end)
    if (text === "") return []
    this.#begun = this.#begun || text.trim() !== ""
    this.#lastCharacter = text.slice(-1)
    return [{ type: "text", text }]
  }

  #handOver(family: Family, at: number): ReadonlyArray<FamilyEvent> {
    const before = this.#held.slice(0, at).trimEnd()
    const said = this.#say(before.length)
    const rest = this.#held.slice(at - before.length)
    this.#held = ""
    this.#reader = family.createParser(this.#options)
    return [...said, ...this.#reader.push({ text: rest })]
  }
}
