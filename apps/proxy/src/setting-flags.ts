import { type LeafKind, settings } from "@pensieve/config"
import { Option } from "effect"
import { Flag } from "effect/cli"

/** Other names of flags, as users of other programs know them. */
const otherNames: Readonly<Record<string, string>> = { window: "ctx" }

/** A flag that means true by itself, or one that has a value; the values are checked with all others. */
const flagOf = (name: string, kind: LeafKind): Flag.Flag<string> =>
  kind === "boolean" ? Flag.map(Flag.Boolean(name), String) : Flag.String(name)

const withOtherName = (flag: Flag.Flag<string>, name: string): Flag.Flag<string> => {
  const other = otherNames[name]
  return other === undefined ? flag : Flag.withAlias(flag, other)
}

/** One flag for each setting; the settings themselves say what they are. */
export const settingFlags = Object.fromEntries(
  settings
    .filter(({ secret }) => !secret)
    .map(({ flag, kind, env, description, fallback }) => [
      flag,
      withOtherName(flagOf(flag, kind), flag).pipe(
        Flag.withDescription(
          `${description} ${env}${typeof fallback === "object" || fallback === undefined ? "" : `; default ${String(fallback)}`}.`
        ),
        Flag.optional
      )
    ])
)

/** Name of the flag below. */
export const configFlag = "config"

/** The configuration file. */
export const configFileFlag = Flag.String("config").pipe(
  Flag.withDescription(
    "The configuration file; else pensieve.yaml in the current folder, else config.yaml in PENSIEVE_HOME."
  ),
  Flag.optional
)

/** What was given of them, and the configuration file, by flag. */
export type GivenSettings = Readonly<Record<string, string>>

/** Only what was given. */
export const givenSettings = (
  flags: Readonly<Record<string, Option.Option<string>>>,
  config: Option.Option<string> = Option.none()
): GivenSettings =>
  Object.fromEntries(
    Object.entries({ ...flags, [configFlag]: config }).flatMap(([flag, value]) =>
      Option.isSome(value) ? [[flag, value.value] as const] : []
    )
  )

/** The words that give the same settings to another process. */
export const wordsOf = (given: GivenSettings): ReadonlyArray<string> =>
  Object.entries(given).map(([flag, value]) => `--${flag}=${value}`)
