import { findProxies, formatBytes, Home, isYes, type KeptPart, keptParts, removeKept } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { ask, somebodyIsThere } from "../ask.ts"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"

/** What the parts are, for a person. */
const titles: Readonly<Record<KeptPart["name"], string>> = {
  prompts: "what models computed of prompts",
  tokens: "tokens of conversations",
  answers: "answers",
  other: "other files"
}

const refused = (message: string) => new CommandFailure({ message, exitCode: 1 })

/** Prints what is kept on the disk to be faster the next time. */
export const showCache = (json: boolean) =>
  Effect.gen(function* () {
    const { cacheFolder } = yield* Home
    const parts = yield* keptParts
    const total = totalOf(parts)
    if (json) return yield* Console.log(JSON.stringify({ folder: cacheFolder, bytes: total, parts }, undefined, 2))
    const rows = [...parts.map(({ name, bytes }) => [bytes, titles[name]] as const), [total, "in all"] as const]
    yield* Console.log(
      [cacheFolder, ...rows.map(([bytes, title]) => `  ${formatBytes(bytes).padStart(7)}  ${title}`)].join("\n")
    )
  })

/** Removes it, if the user agrees and no proxy uses it. */
export const clearCache = (agreed: boolean) =>
  Effect.gen(function* () {
    const [proxy] = yield* findProxies
    if (proxy !== undefined)
      return yield* refused(
        `The proxy on port ${proxy.record.port} uses the cache. Stop it before: ${commandLine("stop")}.`
      )
    const size = formatBytes(totalOf(yield* keptParts))
    if (!agreed && !somebodyIsThere())
      return yield* refused("Nothing was removed: nobody is here to agree. Agree beforehand with --yes.")
    if (!agreed && !isYes(yield* ask(`pensieve: Remove the cache (${size})? [y/N] `)))
      return yield* refused("Nothing was removed.")
    yield* removeKept
    yield* Console.log(`Removed ${size}.`)
  })

const totalOf = (parts: ReadonlyArray<KeptPart>): number => parts.reduce((sum, { bytes }) => sum + bytes, 0)
