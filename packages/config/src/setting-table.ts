import { Result } from "effect"
import type { LogLevel, Settings } from "./settings.ts"

/** How one setting is named, read and defaulted. */
export interface SettingRow<K extends keyof Settings> {
  readonly flag: string
  readonly env: string
  /** Key in `config.yaml`. */
  readonly fileKey: string
  readonly fallback: Settings[K]
  /** Text → value, or what is wrong with it. */
  readonly parse: (text: string) => Result.Result<Settings[K], string>
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): Result.Result<number, string> => {
    const value = Number(text)
    return /^\d+$/.test(text.trim()) && value >= least && value <= most
      ? Result.succeed(value)
      : Result.fail(`must be a whole number from ${least} to ${most}`)
  }

const nonEmpty = (text: string): Result.Result<string, string> =>
  text.trim() === "" ? Result.fail("must not be empty") : Result.succeed(text)

const logLevels: ReadonlyArray<LogLevel> = ["debug", "info", "warn", "error"]

const logLevel = (text: string): Result.Result<LogLevel, string> => {
  const level = logLevels.find((known) => known === text)
  return level === undefined ? Result.fail(`must be one of ${logLevels.join(", ")}`) : Result.succeed(level)
}

/** Every setting, in one table. */
export const settingTable: { readonly [K in keyof Settings]: SettingRow<K> } = {
  port: { flag: "port", env: "PENSIEVE_PORT", fileKey: "port", fallback: 7777, parse: wholeNumber(0, 65535) },
  model: { flag: "model", env: "PENSIEVE_MODEL", fileKey: "model", fallback: undefined, parse: nonEmpty },
  token: { flag: "token", env: "PENSIEVE_TOKEN", fileKey: "token", fallback: undefined, parse: nonEmpty },
  window: {
    flag: "window",
    env: "PENSIEVE_WINDOW",
    fileKey: "window",
    fallback: undefined,
    parse: wholeNumber(256, 100_000_000)
  },
  logLevel: { flag: "log-level", env: "PENSIEVE_LOG_LEVEL", fileKey: "logLevel", fallback: "info", parse: logLevel },
  allowForced: {
    flag: "allow-forced",
    env: "PENSIEVE_ALLOW_FORCED",
    fileKey: "allowForced",
    fallback: undefined,
    parse: nonEmpty
  }
}
