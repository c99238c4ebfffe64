import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { CommandFailure } from "../command-failure.ts"

type Settings = Readonly<Record<string, unknown>>

/** The user's own `--settings` among Claude Code's arguments, which takes one only; undefined where there is none. */
export const takeSettings = (
  args: ReadonlyArray<string>
): Effect.Effect<{ readonly given: Settings; readonly rest: ReadonlyArray<string> }, CommandFailure> =>
  Effect.gen(function* () {
    const at = args.findIndex((arg) => arg === "--settings" || arg.startsWith("--settings="))
    const flag = args[at]
    if (flag === undefined) return { given: {}, rest: args }
    const apart = flag === "--settings"
    const value = apart ? (args[at + 1] ?? "") : flag.slice("--settings=".length)
    const rest = [...args.slice(0, at), ...args.slice(at + (apart ? 2 : 1))]
    return { given: yield* readSettings(value), rest }
  })

/** A file or a JSON text, as Claude Code takes it. */
const readSettings = (value: string): Effect.Effect<Settings, CommandFailure> =>
  Effect.try({
    try: (): Settings => {
      const parsed: unknown = JSON.parse(existsSync(value) ? readFileSync(value, "utf8") : value)
      if (!isSettings(parsed)) throw new Error("it is not an object")
      return parsed
    },
    catch: (cause) =>
      new CommandFailure({
        message: `--settings: neither a file with a JSON object nor a JSON object (${cause instanceof Error ? cause.message : ""}).`,
        exitCode: 2
      })
  })

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The user's settings with ours over them, one level into mappings: his other variables and permissions stay. */
export const mergeSettings = (given: Settings, ours: Settings): Settings =>
  Object.fromEntries(
    [...new Set([...Object.keys(given), ...Object.keys(ours)])].map((key) => {
      const [his, our] = [given[key], ours[key]]
      if (isSettings(his) && isSettings(our)) return [key, { ...his, ...our }]
      return [key, our === undefined ? his : our]
    })
  )
