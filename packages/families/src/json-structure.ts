import { Result } from "effect"
import type { JsonToken } from "./json-tokens.ts"
import { maximumDepth } from "./read-json.ts"
import type { RepairRule } from "./repair-rules.ts"

/**
 * Which rules the structure of broken JSON needs; a failure where only guessing could mend it: values side by side,
 * a value that is missing, an end that is.
 */
export const checkStructure = (
  tokens: ReadonlyArray<JsonToken>,
  closed: boolean
): Result.Result<ReadonlySet<RepairRule>, string> => {
  const check = new StructureCheck(tokens, closed)
  const problem = check.run()
  return problem === null ? Result.succeed(check.rules) : Result.fail(problem)
}

const closerOf: ReadonlyMap<string, string> = new Map([
  ["{", "}"],
  ["[", "]"]
])

const isMark = (token: JsonToken | undefined, marks: string): boolean =>
  token?.kind === "punctuation" && marks.includes(token.text)

const isValue = (token: JsonToken | undefined): boolean => token !== undefined && token.kind !== "punctuation"

class StructureCheck {
  readonly #tokens: ReadonlyArray<JsonToken>
  readonly #closed: boolean
  readonly #open: Array<string> = []
  readonly rules = new Set<RepairRule>()

  constructor(tokens: ReadonlyArray<JsonToken>, closed: boolean) {
    this.#tokens = tokens
    this.#closed = closed
  }

  run(): string | null {
    for (const [index, token] of this.#tokens.entries()) {
      const problem = this.#check(token, index)
      if (problem !== null) return problem
    }
    return this.#open.length === 0 ? null : this.#onEnd()
  }

  #check(token: JsonToken, index: number): string | null {
    const before = this.#tokens[index - 1]
    if (token.kind !== "punctuation") return this.#onValue(token, index, before)
    switch (token.text) {
      case "{":
      case "[":
        return this.#onOpening(token.text, before)
      case "}":
      case "]":
        return this.#onClosing(token.text, before)
      case ",":
        return this.#onComma(index, before)
      default:
        return null
    }
  }

  /** Two values in a row lack a comma only where they stand on two lines, or where the second is a quoted key. */
  #onValue(token: JsonToken, index: number, before: JsonToken | undefined): string | null {
    if (isMark(before, "}]")) this.rules.add("commas")
    if (!isValue(before)) return null
    const inList = this.#open.at(-1) === "["
    const isKey = !inList && isMark(this.#tokens[index + 1], ":")
    const parted = isKey ? token.kind === "string" || token.lineBefore : inList && token.lineBefore
    if (!parted) return "two values stand side by side"
    this.rules.add("commas")
    return null
  }

  #onOpening(bracket: string, before: JsonToken | undefined): string | null {
    if (this.#open.length > maximumDepth) return `it is nested deeper than ${maximumDepth} levels`
    if (isValue(before)) return "a bracket stands right behind a value"
    if (isMark(before, "}]")) this.rules.add("commas")
    this.#open.push(bracket)
    return null
  }

  #onClosing(bracket: string, before: JsonToken | undefined): string | null {
    if (isMark(before, ":")) return "a value is missing"
    if (isMark(before, ",")) this.rules.add("commas")
    if (closerOf.get(this.#open.pop() ?? "") !== bracket) this.rules.add("brackets")
    return null
  }

  #onComma(index: number, before: JsonToken | undefined): string | null {
    const outside = this.#open.length === 0
    if (outside && index < this.#tokens.length - 1) return "it holds more than one value"
    if (outside || before === undefined || isMark(before, "{[,:")) this.rules.add("commas")
    return null
  }

  #onEnd(): string | null {
    // A word without quotation marks may have lost its last letters.
    const last = this.#tokens.at(-1)
    if (!this.#closed || last?.kind === "word" || isMark(last, ",:")) return "it breaks off"
    this.rules.add("missing-brackets")
    return null
  }
}
