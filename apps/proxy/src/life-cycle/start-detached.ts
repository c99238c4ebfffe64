import { findProxies, Home, type RunningProxy } from "@pensieve/operations"
import { Effect, FileSystem } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import { CommandFailure } from "../command-failure.ts"
import { type GivenSettings, wordsOf } from "../setting-flags.ts"

const pollMs = 50

/**
 * Starts the proxy in the background and comes back when it listens. What it says meanwhile is passed on: which model it takes, how a download
 * gets on, and what is wrong. Gives nothing when it had only to say that one runs already.
 */
export const startDetached = (given: GivenSettings, agreed: boolean) =>
  startDetachedAt([...wordsOf(given), ...(agreed ? ["--yes"] : [])], process.cwd())

/** The same with the words of a command line, as if called in the folder `cwd`. */
export const startDetachedAt = (words: ReadonlyArray<string>, cwd: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { logsFolder } = yield* Home
    yield* fs.makeDirectory(logsFolder, { recursive: true, mode: 0o700 })
    const said = join(logsFolder, `start-${process.pid}.log`)
    const child = yield* launch(words, cwd, said)
    const listener = yield* Effect.acquireRelease(
      Effect.sync(() => passOn(said)),
      (tail) =>
        Effect.andThen(
          Effect.sync(() => tail.close()),
          Effect.ignore(fs.remove(said, { force: true }))
        )
    )
    while (child.exitCode === null && child.signalCode === null) {
      const proxies = yield* findProxies
      const started = proxies.find(({ record }) => record.pid === child.pid)
      listener.more()
      if (started !== undefined) return started satisfies RunningProxy
      yield* Effect.sleep(pollMs)
    }
    listener.more()
    if (child.exitCode === 0) return undefined
    return yield* new CommandFailure({
      message: "The proxy could not be started; see above.",
      exitCode: child.exitCode === 2 ? 2 : 1
    })
  }).pipe(Effect.scoped)

/** A session of its own, so that the end of this terminal is not its end. While it starts, the end of this command is. */
const launch = (words: ReadonlyArray<string>, cwd: string, said: string) =>
  Effect.acquireRelease(
    Effect.sync((): ChildProcess => {
      const file = openSync(said, "w", 0o600)
      const program = [...process.execArgv, process.argv[1] ?? "", "start", "--detached", ...words]
      const child = spawn(process.execPath, program, { cwd, detached: true, stdio: ["ignore", "ignore", file] })
      closeSync(file)
      child.unref()
      return child
    }),
    (child, exit) => Effect.sync(() => exit._tag === "Failure" && child.kill("SIGTERM"))
  )

/** Copies what is written to a file to stderr. */
const passOn = (file: string) => {
  const descriptor = openSync(file, "r")
  const buffer = Buffer.alloc(64 * 1024)
  return {
    more: () => {
      for (let count = readSync(descriptor, buffer); count > 0; count = readSync(descriptor, buffer))
        process.stderr.write(buffer.subarray(0, count))
    },
    close: () => closeSync(descriptor)
  }
}
