import type { Json } from "@pensieve/models"
import { Result } from "effect"
import { jsonrepair } from "jsonrepair"
import { type JsonToken, readJsonTokens } from "./json-tokens.ts"
import { checkStructure } from "./json-structure.ts"
import { readJson } from "./read-json.ts"
import type { RepairRule } from "./repair-rules.ts"

/** A value read out of broken JSON, and what was mended; nothing where the JSON was whole. */
export interface RepairedJson {
  readonly value: Json
  readonly repairs: ReadonlyArray<RepairRule>
}

/** What is known about the text besides its letters. */
export interface RepairOptions {
  /** The model wrote its own end behind the text: closing brackets at the very end may be missing. */
  readonly closed: boolean
}

/** Longer text is refused: mending it would hold up everything else. */
const maximumLength = 8 * 1024 * 1024

/**
 * Reads JSON, mending its spelling where that cannot change what it says: the strings, numbers and words of the text are
 * those of the value, in the same order. Text that breaks off is refused, not completed.
 *
 * @see jsonrepair does the structure; tokens are spelled right before it and compared after it
 */
export const repairJson = (text: string, { closed }: RepairOptions): Result.Result<RepairedJson, string> => {
  if (text.length > maximumLength) return Result.fail(`it is longer than ${maximumLength} letters`)
  const strict = readJson(text)
  if (Result.isSuccess(strict)) return Result.succeed({ value: strict.success, repairs: [] })
  const rules = new Set<RepairRule>()
  const read = readJsonTokens(unfenced(text, rules))
  if (Result.isFailure(read)) return Result.fail(read.failure)
  for (const rule of read.success.rules) rules.add(rule)
  return mend(read.success.tokens, rules, closed)
}

const fenced = /^\s*```(?:json[5c]?)?[ \t]*\n([^]*?)\n?[ \t]*```\s*$/i

const unfenced = (text: string, rules: Set<RepairRule>): string => {
  const inner = fenced.exec(text)?.[1]
  if (inner === undefined) return text
  rules.add("fence")
  return inner
}

const mend = (
  tokens: ReadonlyArray<JsonToken>,
  rules: Set<RepairRule>,
  closed: boolean
): Result.Result<RepairedJson, string> => {
  const structure = checkStructure(tokens, closed)
  if (Result.isFailure(structure)) return Result.fail(structure.failure)
  for (const rule of structure.success) rules.add(rule)
  const spelled = spell(tokens, rules)
  if (Result.isFailure(spelled)) return Result.fail(spelled.failure)
  const text = spelled.success
  const whole = readJson(text)
  const value = Result.isSuccess(whole) ? whole : restructure(text)
  return Result.map(value, (mended) => ({ value: mended, repairs: [...rules] }))
}

/** Lets the library put commas and brackets right, and refuses what it did beyond that. */
const restructure = (text: string): Result.Result<Json, string> => {
  const mended = Result.try({ try: () => jsonrepair(text), catch: () => "it cannot be mended" })
  if (Result.isFailure(mended)) return Result.fail(mended.failure)
  const value = readJson(mended.success)
  return Result.isSuccess(value) && contentOf(mended.success) === contentOf(text)
    ? value
    : Result.fail("it could only be mended by guessing")
}

/** The strings, numbers and words of a text whose strings are well spelled, in order. */
const contentOf = (text: string): string => {
  const read = readJsonTokens(text)
  if (Result.isFailure(read)) return ""
  const content = read.success.tokens.filter(({ kind }) => kind !== "punctuation")
  return JSON.stringify(content.map(({ kind, text: letters }) => [kind, letters]))
}

// Spelling

const jsonWord = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/
const otherNumber = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
/** A number that breaks off, and what could be a comment. */
const doubtful = /^[+-]?[\d.]+[eE][+-]?$|\/\*/
const pythonWords: ReadonlyMap<string, string> = new Map([
  ["True", "true"],
  ["False", "false"],
  ["None", "null"]
])
/** Words that stand for something JSON cannot say. */
const unsayable = new Set(["undefined", "NaN", "Infinity", "-Infinity", "+Infinity"])

/** The tokens as JSON spells them, brackets and commas left as they are. */
const spell = (tokens: ReadonlyArray<JsonToken>, rules: Set<RepairRule>): Result.Result<string, string> => {
  const parts: Array<string> = []
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    const isKey = next?.kind === "punctuation" && next.text === ":"
    const letters = token.kind === "word" ? spellWord(token.text, isKey, rules) : null
    if (token.kind === "word" && letters === null) return Result.fail("a word in it means nothing")
    parts.push(
      token.lineBefore ? "\n" : "",
      token.kind === "string" ? JSON.stringify(token.text) : (letters ?? token.text)
    )
  }
  return Result.succeed(parts.join(" "))
}

const spellWord = (word: string, isKey: boolean, rules: Set<RepairRule>): string | null => {
  if (!isKey && jsonWord.test(word)) return word
  const python = pythonWords.get(word)
  if (!isKey && python !== undefined) {
    rules.add("python-words")
    return python
  }
  if (!isKey && otherNumber.test(word) && Number.isFinite(Number(word))) {
    rules.add("number-spelling")
    return String(Number(word))
  }
  if (unsayable.has(word) || doubtful.test(word) || !/[\p{L}\p{N}]/u.test(word)) return null
  rules.add("unquoted-words")
  return JSON.stringify(word)
}
