import { Result } from "effect"
import { isMap, isScalar, LineCounter, parseDocument } from "yaml"
import type { ConfigProblem } from "./settings.ts"

/** One value of the configuration file, as text, with its place. */
export interface ConfigEntry {
  readonly text: string
  readonly line: number
  readonly column: number
}

/**
 * Reads the text of `config.yaml` into its top-level scalar values.
 * What is not a mapping of scalars, and a key that stands twice, is refused with line and column.
 */
export const parseConfig = (
  text: string
): Result.Result<ReadonlyMap<string, ConfigEntry>, ReadonlyArray<ConfigProblem>> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems: Array<ConfigProblem> = document.errors.map((error) => ({
    message: error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? error.code,
    line: error.linePos?.[0].line ?? 1,
    column: error.linePos?.[0].col ?? 1
  }))
  const entries = new Map<string, ConfigEntry>()
  const root = document.contents
  if (problems.length === 0 && root !== null) {
    if (!isMap(root)) problems.push({ message: "must be a mapping of settings", line: 1, column: 1 })
    else
      for (const pair of root.items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : "?"
        const place = lines.linePos(isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0)
        if (isScalar(pair.value) && pair.value.value !== null)
          entries.set(key, { text: String(pair.value.value), line: place.line, column: place.col })
        else problems.push({ message: `${key}: must be a single value`, line: place.line, column: place.col })
      }
  }
  return problems.length > 0 ? Result.fail(problems) : Result.succeed(entries)
}
