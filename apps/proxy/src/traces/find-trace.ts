import { Home, readTrace, type Trace, traceNames } from "@pensieve/operations"
import { Effect, FileSystem } from "effect"
import { join } from "node:path"
import { CommandFailure } from "../command-failure.ts"

/** Reads a trace file; undefined when it is none, or gone. */
export const readTraceFile = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return readTrace(yield* Effect.orElseSucceed(fs.readFileString(file), () => ""))
  })

/** The newest traces, the oldest of them first. */
export const newestTraces = (count: number) =>
  Effect.gen(function* () {
    const { tracesFolder } = yield* Home
    const names = (yield* traceNames(tracesFolder)).slice(-count)
    const traces = yield* Effect.forEach(names, (name) => readTraceFile(join(tracesFolder, name)), { concurrency: 8 })
    return traces.filter((trace) => trace !== undefined)
  })

/** The trace that was meant: `last`, `last-1`, …, the beginning of a request's id, or a file. */
export const findTrace = (named: string): Effect.Effect<Trace, CommandFailure, Home | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { tracesFolder } = yield* Home
    const names = yield* traceNames(tracesFolder)
    const back = /^last(?:-(\d+))?$/.exec(named)
    const name =
      back === null
        ? names.findLast((one) => idOf(one).startsWith(named) || idOf(one).startsWith(`req_${named}`))
        : names.at(-1 - Number(back[1] ?? 0))
    const trace = yield* readTraceFile(name === undefined ? named : join(tracesFolder, name))
    if (trace !== undefined) return trace
    return yield* new CommandFailure({
      message:
        names.length === 0
          ? "There are no traces. Start the proxy with --debug 3 to keep one of every request."
          : `There is no trace "${named}". \`pensieve trace list\` tells which there are; \`last\` is the newest.`,
      exitCode: 1
    })
  })

/** The request's id in a file's name. */
const idOf = (name: string): string => name.replace(/^[^-]*-/, "").replace(/\.json$/, "")
