import { type Configuration, type Resolved, resolveConfiguration } from "@pensieve/config"
import { configurationPlace, readConfigurationText } from "@pensieve/operations"
import { Effect, Result } from "effect"
import { dirname, resolve } from "node:path"
import { CommandFailure } from "./command-failure.ts"
import { configFlag, type GivenSettings } from "./setting-flags.ts"

/** The configuration, and the file it may stand in. */
export interface ReadConfiguration extends Resolved<Configuration> {
  readonly file: string
  /** Whether the file is there. */
  readonly fromFile: boolean
  /** The user's routing function. */
  readonly functionFile?: string
}

/**
 * Reads the configuration from flags, environment and file; everything that is wrong with it is told at once.
 */
export const readConfiguration = Effect.fn("readConfiguration")(function* (given: GivenSettings = {}) {
  const { [configFlag]: named, ...flags } = given
  const file = yield* configurationPlace(named, process.cwd())
  const failed = (message: string) => new CommandFailure({ message, exitCode: 2 })
  const text = yield* Effect.mapError(readConfigurationText(file), ({ message }) => failed(message))
  if (text === undefined && named !== undefined) return yield* failed(`--config: there is no file ${file}.`)
  const resolved = resolveConfiguration({ flags, env: process.env, ...(text === undefined ? {} : { file: text }) })
  if (Result.isSuccess(resolved))
    return {
      ...resolved.success,
      file,
      fromFile: text !== undefined,
      ...functionFileOf(resolved.success, file)
    } satisfies ReadConfiguration
  const lines = resolved.failure.map(({ message, line, column }) =>
    line === undefined ? message : `${message} (line ${line}, column ${column})`
  )
  return yield* failed(lines.join("\npensieve: "))
})

/** A path in the file begins where the file is, one of a flag or a variable where the program does. */
const functionFileOf = (
  { value, originOf }: Resolved<Configuration>,
  file: string
): Pick<ReadConfiguration, "functionFile"> => {
  const named = value.router.function
  if (named === undefined) return {}
  const inFile = originOf(["router", "function"]).from === "file"
  return { functionFile: resolve(inFile ? dirname(file) : process.cwd(), named) }
}
