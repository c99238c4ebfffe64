import { type Configuration, type Resolved, resolveConfiguration } from "@pensieve/config"
import { Home } from "@pensieve/operations"
import { Effect, FileSystem, Option, Result } from "effect"
import { CommandFailure } from "./command-failure.ts"
import type { GivenSettings } from "./setting-flags.ts"

/** The configuration: flags, this process's environment and the file in the state folder. */
export const readConfiguration = (
  given: GivenSettings = {}
): Effect.Effect<Resolved<Configuration>, CommandFailure, Home | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { configFile } = yield* Home
    const file = yield* fs.readFileString(configFile).pipe(
      Effect.asSome,
      Effect.catch((error) =>
        error.reason._tag === "NotFound"
          ? Effect.succeedNone
          : Effect.fail(new CommandFailure({ message: `${configFile} cannot be read: ${error.message}`, exitCode: 2 }))
      )
    )
    const resolved = resolveConfiguration({
      flags: given,
      env: process.env,
      ...(Option.isSome(file) ? { file: { path: configFile, text: file.value } } : {})
    })
    if (Result.isSuccess(resolved)) return resolved.success
    const lines = resolved.failure.map(({ message, line, column }) =>
      line === undefined ? message : `${message} (line ${line}, column ${column})`
    )
    return yield* new CommandFailure({ message: lines.join("\npensieve: "), exitCode: 2 })
  })
