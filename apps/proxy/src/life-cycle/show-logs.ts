import { Home } from "@pensieve/operations"
import { Effect, FileSystem, Option } from "effect"
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import { CommandFailure } from "../command-failure.ts"
import { proxiesOn } from "./stop-proxies.ts"

const pollMs = 200

/** Which lines of which log. */
export interface LogsOptions {
  readonly port: Option.Option<number>
  readonly lines: number
  readonly follow: boolean
}

/** Prints the end of a log, and what comes after it when told to follow. */
export const showLogs = ({ port, lines, follow }: LogsOptions) =>
  Effect.gen(function* () {
    const file = yield* logOf(port)
    const text = [`${file}.1`, file].filter((one) => existsSync(one)).map((one) => readFileSync(one, "utf8"))
    const last = lines <= 0 ? [] : text.join("").trimEnd().split("\n").slice(-lines)
    if (last.length > 0) process.stdout.write(`${last.join("\n")}\n`)
    if (follow) yield* followFile(file)
  })

/** The log of the proxy on a port, of the one that runs, or else the newest. */
const logOf = (port: Option.Option<number>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { logsFolder } = yield* Home
    const fileOf = (one: number | string) => join(logsFolder, `proxy-${one}.log`)
    const [running] = yield* proxiesOn(port)
    const chosen = Option.getOrElse(port, () => running?.record.port)
    if (chosen !== undefined && existsSync(fileOf(chosen))) return fileOf(chosen)
    const names = yield* Effect.orElseSucceed(fs.readDirectory(logsFolder), (): Array<string> => [])
    const logs = names.filter((name) => /^proxy-\d+\.log$/.test(name)).map((name) => join(logsFolder, name))
    const newest = logs.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
    if (chosen === undefined && newest !== undefined) return newest
    return yield* new CommandFailure({
      message:
        chosen === undefined
          ? "There is no log: no proxy has run yet."
          : `There is no log of a proxy on port ${chosen}.`,
      exitCode: 1
    })
  })

/** Prints what is appended to a file, also when it was put aside and begun anew. Never ends by itself. */
const followFile = (file: string) =>
  Effect.gen(function* () {
    let descriptor = openSync(file, "r")
    let at = fstatSync(descriptor).size
    const buffer = Buffer.alloc(64 * 1024)
    const printRest = () => {
      for (let count = readSync(descriptor, buffer, 0, buffer.length, at); count > 0;) {
        process.stdout.write(buffer.subarray(0, count))
        at += count
        count = readSync(descriptor, buffer, 0, buffer.length, at)
      }
    }
    yield* Effect.addFinalizer(() => Effect.sync(() => closeSync(descriptor)))
    while (true) {
      printRest()
      if (existsSync(file) && statSync(file).ino !== fstatSync(descriptor).ino) {
        closeSync(descriptor)
        descriptor = openSync(file, "r")
        at = 0
      }
      yield* Effect.sleep(pollMs)
    }
  })
