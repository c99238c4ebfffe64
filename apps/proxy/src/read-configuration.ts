import { type Configuration, type Resolved, resolveConfiguration } from "@pensieve/config"
import { configurationPlace, readConfigurationText } from "@pensieve/operations"
import { Effect, Result } from "effect"
import { CommandFailure } from "./command-failure.ts"
import { configFlag, type GivenSettings } from "./setting-flags.ts"

/** The configuration, and the file it may stand in. */
export interface ReadConfiguration extends Resolved<Configuration> {
  readonly file: string
  /** Whether the file is there. */
  readonly fromFile: boolean
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
    return { ...resolved.success, file, fromFile: text !== undefined } satisfies ReadConfiguration
  const lines = resolved.failure.map(({ message, line, column }) =>
    line === undefined ? message : `${message} (line ${line}, column ${column})`
  )
  return yield* failed(lines.join("\npensieve: "))
})
