import { Result } from "effect"
import { isDeepStrictEqual } from "node:util"
import {
  applyEdits,
  type FormattingOptions,
  modify,
  parse,
  type ParseError,
  parseTree,
  printParseErrorCode
} from "jsonc-parser"
import type { Change, Json, MadeChange } from "./change.ts"

/** Where a text is not JSON, 1-based. */
export interface JsonProblem {
  readonly line: number
  readonly column: number
  readonly problem: string
}

/** A text with changes made to it. All of it but the changed values is as it was, byte for byte. */
export interface EditedText {
  readonly text: string
  readonly made: ReadonlyArray<MadeChange>
}

/** Checks that a text is a JSON object. Comments and trailing commas are allowed, as editors' settings have them. */
const jsonProblem = (text: string): JsonProblem | undefined => {
  const errors: Array<ParseError> = []
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false })
  const [error] = errors
  if (error !== undefined) return { ...placeOf(text, error.offset), problem: printParseErrorCode(error.error) }
  return root?.type === "object" ? undefined : { line: 1, column: 1, problem: "it is not an object" }
}

/** Makes changes to a JSON text; those that are there already are left out. */
export const makeChanges = (text: string, changes: ReadonlyArray<Change>): Result.Result<EditedText, JsonProblem> => {
  const start = text.trim() === "" ? "{}\n" : text
  const problem = jsonProblem(start)
  if (problem !== undefined) return Result.fail(problem)
  const made: Array<MadeChange> = []
  let edited = start
  for (const { path, value } of changes) {
    const before = valueAt(edited, path)
    if (isDeepStrictEqual(before, value)) continue
    made.push({ path, value, ...(before === undefined ? {} : { before }) })
    edited = withValue(edited, path, value)
  }
  return Result.succeed({ text: made.length === 0 ? text : edited, made })
}

/** What taking changes back did: the text, and the places that somebody has changed since, which are left alone. */
export interface RevertedText {
  readonly text: string
  readonly kept: ReadonlyArray<ReadonlyArray<string>>
}

/** Takes changes back. Objects that the changes had made and that are empty now go as well. */
export const takeBack = (text: string, made: ReadonlyArray<MadeChange>): Result.Result<RevertedText, JsonProblem> => {
  const problem = jsonProblem(text)
  if (problem !== undefined) return Result.fail(problem)
  const kept: Array<ReadonlyArray<string>> = []
  let edited = text
  for (const { path, value, before } of made.toReversed()) {
    const now = valueAt(edited, path)
    if (now === undefined || isDeepStrictEqual(now, before)) continue
    if (!isDeepStrictEqual(now, value)) kept.push(path)
    else if (before === undefined) edited = withoutEmptyParents(withValue(edited, path, undefined), path)
    else edited = withValue(edited, path, before)
  }
  return Result.succeed({ text: edited, kept })
}

const valueAt = (text: string, path: ReadonlyArray<string>): Json | undefined => {
  let at: Json | undefined = parse(text, [], { allowTrailingComma: true })
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined
    at = Reflect.get(at, key)
  }
  return at
}

const withValue = (text: string, path: ReadonlyArray<string>, value: Json | undefined): string =>
  applyEdits(text, modify(text, [...path], value, { formattingOptions: formattingOf(text) }))

const withoutEmptyParents = (text: string, path: ReadonlyArray<string>): string => {
  const parent = path.slice(0, -1)
  return parent.length > 0 && isDeepStrictEqual(valueAt(text, parent), {})
    ? withoutEmptyParents(withValue(text, parent, undefined), parent)
    : text
}

/** The text's own indentation and line ends; two spaces where it has none. */
const formattingOf = (text: string): FormattingOptions => {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  "
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n"
  }
}

const placeOf = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const lines = text.slice(0, offset).split("\n")
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
