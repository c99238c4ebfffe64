import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { Result } from "effect"

/** One call out of a body. */
export interface BodyCall {
  readonly name: string
  readonly input: JsonObject
}

/** What stands between a call's two markers. */
export interface ParsedBody {
  readonly calls: ReadonlyArray<BodyCall>
  /** What stood beside the calls and is none; empty where there is no call. */
  readonly leftovers: ReadonlyArray<string>
  /** Why there is no call; null where there is one. */
  readonly problem: string | null
}

/** Deeper input is refused: what later walks over it would run out of stack. */
const maximumDepth = 128

/**
 * Reads the body of a call: one object `{"name", "arguments"}`, a list of them, or several in a row.
 * Strict JSON; what is beside a good call is left over, never a reason to lose the call.
 */
export const parseJsonCalls = (body: string): ParsedBody => {
  const text = body.trim()
  if (text === "") return noCall("the call is empty")
  const whole = parseJson(text)
  if (Result.isSuccess(whole))
    return collect(Array.isArray(whole.success) ? whole.success.map(readCall) : [readCall(whole.success)])
  const parts = splitValues(text)
  const parsed = parts.flatMap((part) => {
    const value = parseJson(part)
    if (Result.isFailure(value)) return [Result.fail({ problem: whole.failure, text: part })]
    return Array.isArray(value.success) ? value.success.map(readCall) : [readCall(value.success)]
  })
  return collect(parsed)
}

/** Reads the arguments of a call: one object, strict JSON; nothing at all is no arguments. A bracket too many does no harm. */
export const parseArguments = (text: string): Result.Result<JsonObject, string> => {
  const whole = parseJson(text.trim() === "" ? "{}" : text.trim())
  if (Result.isSuccess(whole)) return readInput(whole.success)
  const [first = "", ...others] = splitValues(text.trim())
  const value = others.some(saysSomething) ? whole : parseJson(first)
  return Result.isSuccess(value) ? readInput(value.success) : Result.fail(value.failure)
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

const readCall = (value: Json): ReadCall => {
  const fail = (problem: string) => Result.fail({ problem, text: JSON.stringify(value) })
  if (!isJsonObject(value)) return fail("the call is not a JSON object")
  // The OpenAI shape, which some models copy out of their tool list: {"type":"function","function":{…}}.
  const call = isJsonObject(value["function"]) ? value["function"] : value
  const name = call["name"] ?? call["tool_name"]
  if (typeof name !== "string" || name === "") return fail("the call has no name")
  const input = readInput(call["arguments"] ?? call["parameters"])
  return Result.isFailure(input) ? fail(input.failure) : Result.succeed({ name, input: input.success })
}

const readInput = (value: Json | undefined): Result.Result<JsonObject, string> => {
  if (value === undefined || value === null || value === "") return Result.succeed({})
  if (isJsonObject(value)) return Result.succeed(value)
  if (typeof value !== "string") return Result.fail("the call's arguments are not a JSON object")
  const inner = parseJson(value)
  return Result.isSuccess(inner) && isJsonObject(inner.success)
    ? Result.succeed(inner.success)
    : Result.fail("the call's arguments are a string that holds no JSON object")
}

const parseJson = (text: string): Result.Result<Json, string> => {
  if (depthOf(text) > maximumDepth) return Result.fail(`the call is nested deeper than ${maximumDepth} levels`)
  return Result.try({
    try: (): Json => JSON.parse(text),
    // The engine's own message quotes the text, which does not belong in a log.
    catch: () => "the call is not valid JSON"
  })
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

const depthOf = (text: string): number => {
  let deepest = 0
  walkOutsideStrings(text, (_, depth) => {
    if (depth > deepest) deepest = depth
  })
  return deepest
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
