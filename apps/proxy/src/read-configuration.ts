import { type Configuration, defaultReference, ownEngine, type Resolved, resolveConfiguration } from "@pensieve/config"
import { chosenModel, configurationPlace, readConfigurationText } from "@pensieve/operations"
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
      ...withPaths(withChosen(resolved.success, yield* chosenModel), file),
      file,
      fromFile: text !== undefined,
      ...functionFileOf(resolved.success, file)
    } satisfies ReadConfiguration
  const lines = resolved.failure.map(({ message, line, column }) =>
    line === undefined ? message : `${message} (line ${line}, column ${column})`
  )
  return yield* failed(lines.join("\npensieve: "))
})

/** The model that the user chose by `models use`, where nothing else names one. */
const withChosen = (resolved: Resolved<Configuration>, chosen: string | undefined): Resolved<Configuration> => {
  const { value, tree, originOf } = resolved
  // What the configuration leads to comes first.
  if (chosen === undefined || value.model !== undefined || defaultReference(resolved) !== ownEngine) return resolved
  return {
    value: { ...value, model: chosen },
    tree: { ...(typeof tree === "object" && !Array.isArray(tree) ? tree : {}), model: chosen },
    originOf: (path) => (path[0] === "model" ? { from: "preset", name: "of `models use`" } : originOf(path))
  }
}

/** A path in the file begins where the file is, one of a flag or a variable where the program does. */
const placeOf = (
  { originOf }: Pick<Resolved<Configuration>, "originOf">,
  path: ReadonlyArray<string>,
  file: string,
  named: string
): string => resolve(originOf(path).from === "file" ? dirname(file) : process.cwd(), named)

const functionFileOf = (resolved: Resolved<Configuration>, file: string): Pick<ReadConfiguration, "functionFile"> => {
  const named = resolved.value.router.function
  return named === undefined ? {} : { functionFile: placeOf(resolved, ["router", "function"], file, named) }
}

/** Chat templates by their whole paths. */
const withPaths = (resolved: Resolved<Configuration>, file: string): Resolved<Configuration> => {
  const { value } = resolved
  const template = <A extends { readonly chatTemplate?: string }>(settings: A, path: ReadonlyArray<string>): A =>
    settings.chatTemplate === undefined
      ? settings
      : { ...settings, chatTemplate: placeOf(resolved, [...path, "chatTemplate"], file, settings.chatTemplate) }
  const backends = Object.fromEntries(
    Object.entries(value.backends).map(([name, settings]) => [name, template(settings, ["backends", name])])
  )
  return { ...resolved, value: { ...template(value, []), backends } }
}
