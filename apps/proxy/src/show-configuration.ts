import { configurationJsonSchema, shownValues } from "@pensieve/config"
import { Console, Effect } from "effect"
import { readConfiguration } from "./read-configuration.ts"
import type { GivenSettings } from "./setting-flags.ts"

/** Prints the values in force, each with where it came from; secrets are masked. */
export const showConfiguration = (given: GivenSettings, json: boolean) =>
  Effect.gen(function* () {
    const read = yield* readConfiguration(given)
    const values = shownValues(read)
    if (json) return yield* Console.log(JSON.stringify(values, undefined, 2))
    const width = Math.max(...values.map(({ path }) => path.length))
    yield* Console.log(
      [
        `# ${read.file}${read.fromFile ? "" : " (is not there)"}`,
        ...values.map(({ path, value, origin }) => `${path.padEnd(width)}  ${value}  (${origin})`)
      ].join("\n")
    )
  })

/** Prints the JSON Schema of the configuration file. */
export const showConfigurationSchema = Effect.suspend(() =>
  Console.log(JSON.stringify(configurationJsonSchema(), undefined, 2))
)
