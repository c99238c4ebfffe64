import { Result } from "effect"
import { isDeepStrictEqual } from "node:util"
import type { Change, Json, MadeChange } from "./change.ts"
import { jsonFormat } from "./json-format.ts"
import { mergeNamed, takeBackNamed } from "./named-list.ts"
import type { SettingsFormat, TextProblem } from "./settings-format.ts"
import { tomlFormat } from "./toml-format.ts"

/** The kind of a settings file, by its name. */
export const formatOf = (path: string): SettingsFormat => (path.endsWith(".toml") ? tomlFormat : jsonFormat)

/** A text with changes made to it. All of it but the changed values is as it was, byte for byte. */
export interface EditedText {
  readonly text: string
  readonly made: ReadonlyArray<MadeChange>
}

const notApart = (path: ReadonlyArray<string>): TextProblem => ({
  line: 1,
  column: 1,
  problem: `${path.join(".")} is written in a way that cannot be changed by itself`
})

/** Makes changes to a text; those that are there already are left out. */
export const makeChanges = (
  format: SettingsFormat,
  text: string,
  changes: ReadonlyArray<Change>
): Result.Result<EditedText, TextProblem> => {
  const start = text.trim() === "" ? format.empty : text
  const problem = format.problemOf(start)
  if (problem !== undefined) return Result.fail(problem)
  const made: Array<MadeChange> = []
  let edited = start
  for (const change of changes) {
    const { path } = change
    const before = format.valueAt(edited, path)
    const value = change.byName === true ? mergeNamed(before, change.value) : change.value
    if (isDeepStrictEqual(before, value) || (change.onlyInstead === true && before === undefined)) continue
    const next = format.withValue(edited, path, value)
    if (next === undefined) return Result.fail(notApart(path))
    made.push({
      path,
      value: change.value,
      ...(before === undefined ? {} : { before }),
      ...(change.byName === true ? { byName: true } : {})
    })
    edited = next
  }
  return Result.succeed({ text: made.length === 0 ? text : edited, made })
}

/** What taking changes back did: the text, and the places that somebody has changed since, which are left alone. */
export interface RevertedText {
  readonly text: string
  readonly kept: ReadonlyArray<ReadonlyArray<string>>
}

/** Takes changes back. Objects that the changes had made and that are empty now go as well. */
export const takeBack = (
  format: SettingsFormat,
  text: string,
  made: ReadonlyArray<MadeChange>
): Result.Result<RevertedText, TextProblem> => {
  const problem = format.problemOf(text)
  if (problem !== undefined) return Result.fail(problem)
  const kept: Array<ReadonlyArray<string>> = []
  let edited = text
  for (const change of made.toReversed()) {
    const now = format.valueAt(edited, change.path)
    if (now === undefined || isDeepStrictEqual(now, change.before)) continue
    const target = valueBefore(change, now)
    const next = target === "kept" ? undefined : withoutRest(format, edited, change.path, target.value)
    if (next === undefined) kept.push(change.path)
    else edited = next
  }
  return Result.succeed({ text: edited, kept })
}

/** What a value is to become; `kept` where somebody has changed it. */
const valueBefore = (
  { value, before, byName }: MadeChange,
  now: Json
): "kept" | { readonly value: Json | undefined } => {
  if (byName === true) return { value: takeBackNamed(now, value, before) }
  return isDeepStrictEqual(now, value) ? { value: before } : "kept"
}

const withoutRest = (
  format: SettingsFormat,
  text: string,
  path: ReadonlyArray<string>,
  value: Json | undefined
): string | undefined => {
  const edited = format.withValue(text, path, value)
  return edited === undefined || value !== undefined ? edited : withoutEmptyParents(format, edited, path)
}

const withoutEmptyParents = (format: SettingsFormat, text: string, path: ReadonlyArray<string>): string => {
  const parent = path.slice(0, -1)
  if (parent.length === 0 || !isDeepStrictEqual(format.valueAt(text, parent), {})) return text
  const without = format.withValue(text, parent, undefined)
  return without === undefined ? text : withoutEmptyParents(format, without, parent)
}
