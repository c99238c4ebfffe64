import { Result } from "effect"
import { type ConfigEntry, parseConfig } from "./parse-config.ts"
import { settingTable, type SettingRow } from "./setting-table.ts"
import type { ConfigProblem, Origin, ResolvedSettings, Settings, SettingsInput } from "./settings.ts"

interface Found<T> {
  readonly value: T
  readonly origin: Origin
}

/**
 * Flags beat the environment, the environment beats the file, the file beats the defaults.
 * All problems are reported at once; an unknown key of the file is one of them.
 */
export const resolveSettings = (
  input: SettingsInput
): Result.Result<ResolvedSettings, ReadonlyArray<ConfigProblem>> => {
  const problems: Array<ConfigProblem> = []
  const parsed = input.file === undefined ? undefined : parseConfig(input.file.text)
  if (parsed !== undefined && Result.isFailure(parsed))
    problems.push(
      ...parsed.failure.map((problem) => ({ ...problem, message: `${input.file?.path}: ${problem.message}` }))
    )
  const entries: ReadonlyMap<string, ConfigEntry> =
    parsed !== undefined && Result.isSuccess(parsed) ? parsed.success : new Map()

  const find = <K extends keyof Settings>(row: SettingRow<K>): Found<Settings[K]> => {
    const entry = entries.get(row.fileKey)
    const given: ReadonlyArray<readonly [Origin, string | undefined, string]> = [
      ["flag", input.flags[row.flag], `--${row.flag}`],
      ["environment", input.env[row.env] === "" ? undefined : input.env[row.env], row.env],
      ["file", entry?.text, `${input.file?.path}: ${row.fileKey}`]
    ]
    for (const [origin, text, name] of given) {
      if (text === undefined) continue
      const value = row.parse(text)
      if (Result.isSuccess(value)) return { value: value.success, origin }
      const shown = row.env === "PENSIEVE_TOKEN" ? "" : ` (it is "${text}")`
      problems.push({
        message: `${name} ${value.failure}${shown}`,
        ...(origin === "file" && entry !== undefined ? { line: entry.line, column: entry.column } : {})
      })
      break
    }
    return { value: row.fallback, origin: "default" }
  }

  const port = find(settingTable.port)
  const model = find(settingTable.model)
  const token = find(settingTable.token)
  const window = find(settingTable.window)
  const logLevel = find(settingTable.logLevel)
  const allowForced = find(settingTable.allowForced)

  const known = new Set(Object.values(settingTable).map((row) => row.fileKey))
  for (const [key, entry] of entries)
    if (!known.has(key))
      problems.push({
        message: `${input.file?.path}: unknown setting "${key}"; known are ${[...known].join(", ")}`,
        line: entry.line,
        column: entry.column
      })
  if (problems.length > 0) return Result.fail(problems)
  return Result.succeed({
    settings: {
      port: port.value,
      model: model.value,
      token: token.value,
      window: window.value,
      logLevel: logLevel.value,
      allowForced: allowForced.value
    },
    origins: {
      port: port.origin,
      model: model.origin,
      token: token.origin,
      window: window.origin,
      logLevel: logLevel.origin,
      allowForced: allowForced.origin
    }
  })
}
