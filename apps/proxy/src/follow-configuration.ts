import { changedPaths } from "@pensieve/config"
import { Home } from "@pensieve/operations"
import type { ChangingRouting } from "@pensieve/server"
import { Effect, FileSystem, Option } from "effect"
import { arrange, type Arranged } from "./arrange.ts"
import { planOf } from "./plan.ts"
import { type ReadConfiguration, readConfiguration } from "./read-configuration.ts"
import type { RunningBackends } from "./running-backends.ts"
import type { GivenSettings } from "./setting-flags.ts"

/** How often the file is looked at: a look costs a microsecond's work, and no editor's way of saving escapes it. */
const lookEvery = "1 second"

/** Settings that are read at start only. */
const atStart = new Set(["port", "host", "allowNetwork", "allowedHosts", "auth", "token", "logLevel", "allowForced"])

/** What follows the file. */
interface Following {
  readonly read: ReadConfiguration
  readonly given: GivenSettings
  readonly env: NodeJS.ProcessEnv
  readonly first: Arranged
  readonly running: RunningBackends
  readonly change: ChangingRouting["change"]
}

/** Takes in each change of the configuration file for the requests that come after it. What cannot be used is told, and what was stays. */
export const followConfiguration = ({ given, env, running, change, ...start }: Following) =>
  Effect.gen(function* () {
    let { read, first: current } = start
    let seen = yield* stampOf(read)
    let seenFunction = yield* stampOfFile(read.functionFile)
    const takeIn = Effect.gen(function* () {
      const next = yield* readConfiguration(given)
      const functionNow = yield* stampOfFile(next.functionFile)
      const changed = [...changedPaths(read, next), ...(functionNow === seenFunction ? [] : ["router.function"])]
      if (changed.length === 0) return
      const plan = yield* planOf(next, { agreed: false, env, before: current.plan })
      current = yield* arrange(plan, running, current)
      yield* change(current)
      read = next
      seenFunction = functionNow
      const later = changed.filter((path) => atStart.has(path))
      yield* Effect.logInfo("configuration changed").pipe(
        Effect.annotateLogs({
          changed: changed.join(", "),
          ...(later.length === 0 ? {} : { afterRestart: later.join(", ") })
        })
      )
    })
    while (true) {
      yield* Effect.sleep(lookEvery)
      const now = yield* stampOf(read)
      if (now === seen) continue
      seen = now
      yield* Effect.catch(takeIn, ({ message }) =>
        Effect.logError("the configuration cannot be used; the one before stays").pipe(
          Effect.annotateLogs({ why: message })
        )
      )
    }
  })

/** What changes when one of the files does. */
const stampOf = ({ file, functionFile }: ReadConfiguration) =>
  Effect.gen(function* () {
    const { chosenModelFile } = yield* Home
    return (yield* Effect.forEach([file, functionFile, chosenModelFile], stampOfFile)).join("; ")
  })

/** The same for each file that is not there. */
const stampOfFile = (file: string | undefined): Effect.Effect<string, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (file === undefined) return "none"
    const fs = yield* FileSystem.FileSystem
    const { mtime, size, ino } = yield* fs.stat(file)
    return [Option.getOrUndefined(mtime)?.getTime(), size, Option.getOrUndefined(ino)].join(" ")
  }).pipe(Effect.orElseSucceed(() => "none"))
