import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { Result } from "effect"
import { repairJson } from "./json-repair.ts"
import { readJson } from "./read-json.ts"
import type { RepairRule } from "./repair-rules.ts"

/** One call out of a body. */
export interface BodyCall {
  readonly name: string
  readonly input: JsonObject
  /** What had to be mended; absent where nothing had. */
  readonly repairs?: ReadonlyArray<RepairRule>
}

/** What stands between a call's two markers. */
export interface ParsedBody {
  readonly calls: ReadonlyArray<BodyCall>
  /** What stood beside the calls and is none; empty where there is no call. */
  readonly leftovers: ReadonlyArray<string>
  /** Why there is no call; null where there is one. */
  readonly problem: string | null
}

/** The call, with these repairs beside those it has. */
export const withRepairs = (call: BodyCall, rules: ReadonlyArray<RepairRule>): BodyCall =>
  rules.length === 0 ? call : { ...call, repairs: [...new Set([...(call.repairs ?? []), ...rules])] }

/**
 * Reads the body of a call: one object `{"name", "arguments"}`, a list of them, or several in a row. What is beside a
 * good call is left over, never a reason to lose the call; a body without a good call is mended, if that needs no guess.
 *
 * @param closed the model ended the body itself
 */
export const parseJsonCalls = (body: string, closed: boolean): ParsedBody => {
  const text = body.trim()
  if (text === "") return noCall("the call is empty")
  const whole = readJson(text)
  if (Result.isSuccess(whole)) return collect(readCalls(whole.success))
  const parts = splitValues(text)
  const parsed = collect(
    parts.flatMap((part) => {
      const value = parts.length === 1 ? whole : readJson(part)
      return Result.isSuccess(value)
        ? readCalls(value.success)
        : [Result.fail({ problem: `the call cannot be read: ${value.failure}`, text: part })]
    })
  )
  if (parsed.problem === null) {
    const loose = parts.some((part) => !saysSomething(part) && /[{}[\]]/.test(part))
    return loose ? { ...parsed, calls: parsed.calls.map((call) => withRepairs(call, ["brackets"])) } : parsed
  }
  const mended = repairJson(text, { closed })
  if (Result.isFailure(mended)) return noCall(`the call cannot be read: ${mended.failure}`)
  const { calls, leftovers, problem } = collect(readCalls(mended.success.value))
  return { calls: calls.map((call) => withRepairs(call, mended.success.repairs)), leftovers, problem }
}

/** The arguments of a call, and what had to be mended. */
export interface ReadArguments {
  readonly input: JsonObject
  readonly repairs: ReadonlyArray<RepairRule>
}

/** Reads the arguments of a call: one object; nothing at all is no arguments. `closed` as for calls. */
export const parseArguments = (text: string, closed: boolean): Result.Result<ReadArguments, string> => {
  const mended = repairJson(text.trim() === "" ? "{}" : text.trim(), { closed })
  if (Result.isFailure(mended)) return Result.fail(`the call's arguments cannot be read: ${mended.failure}`)
  const { value, repairs } = mended.success
  return Result.map(readInput(value), (read) => ({ input: read.input, repairs: [...repairs, ...read.repairs] }))
}

type ReadCall = Result.Result<BodyCall, { readonly problem: string; readonly text: string }>

const noCall = (problem: string): ParsedBody => ({ calls: [], leftovers: [], problem })

const collect = (items: ReadonlyArray<ReadCall>): ParsedBody => {
  const calls = items.filter(Result.isSuccess).map((item) => item.success)
  const failures = items.filter(Result.isFailure).map((item) => item.failure)
  if (calls.length === 0) return noCall(failures[0]?.problem ?? "the list of calls is empty")
  return { calls, leftovers: failures.map((failure) => failure.text).filter(saysSomething), problem: null }
}

/** A closing brace or a comma too many says nothing. */
const saysSomething = (text: string): boolean => /[^\s{}[\],;]/.test(text)

const readCalls = (value: Json): ReadonlyArray<ReadCall> =>
  Array.isArray(value) ? value.map(readCall) : [readCall(value)]

const readCall = (value: Json): ReadCall => {
  const fail = (problem: string) => Result.fail({ problem, text: JSON.stringify(value) })
  if (!isJsonObject(value)) return fail("the call is not a JSON object")
  // The OpenAI shape, which some models copy out of their tool list: {"type":"function","function":{…}}.
  const nested = isJsonObject(value["function"]) ? value["function"] : null
  const call = nested ?? value
  const name = call["name"] ?? call["tool_name"]
  if (typeof name !== "string" || name === "") return fail("the call has no name")
  const read = readInput(call["arguments"] ?? call["parameters"])
  if (Result.isFailure(read)) return fail(read.failure)
  const { input, repairs } = read.success
  return Result.succeed(withRepairs({ name, input }, nested === null ? repairs : ["call-shape", ...repairs]))
}

const readInput = (value: Json | undefined): Result.Result<ReadArguments, string> => {
  if (value === undefined || value === null || value === "") return Result.succeed({ input: {}, repairs: [] })
  if (isJsonObject(value)) return Result.succeed({ input: value, repairs: [] })
  if (typeof value !== "string") return Result.fail("the call's arguments are not a JSON object")
  const inner = readJson(value)
  return Result.isSuccess(inner) && isJsonObject(inner.success)
    ? Result.succeed({ input: inner.success, repairs: ["arguments-as-text"] })
    : Result.fail("the call's arguments are a string that holds no JSON object")
}

/** Calls `visit` with the place of each character outside strings and the depth after it. */
const walkOutsideStrings = (text: string, visit: (index: number, depth: number) => void): void => {
  let inString = false
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (inString) {
      if (character === "\\") index += 1
      else if (character === '"') inString = false
      continue
    }
    if (character === '"') inString = true
    else if (character === "{" || character === "[") depth += 1
    else if ((character === "}" || character === "]") && depth > 0) depth -= 1
    visit(index, depth)
  }
}

/** Cuts after each value that closes on the top level: `{…} junk` → `{…}`, ` junk`. */
const splitValues = (text: string): ReadonlyArray<string> => {
  const parts: Array<string> = []
  let from = 0
  let deep = false
  walkOutsideStrings(text, (index, depth) => {
    if (depth === 1 && !deep) {
      if (index > from) parts.push(text.slice(from, index))
      from = index
      deep = true
    } else if (depth === 0 && deep) {
      parts.push(text.slice(from, index + 1))
      from = index + 1
      deep = false
    }
  })
  if (from < text.length) parts.push(text.slice(from))
  return parts
}
