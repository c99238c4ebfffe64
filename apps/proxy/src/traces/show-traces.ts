import { askLocal, Home, traceNames } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { join } from "node:path"
import { readyProxy } from "../clients/ready-proxy.ts"
import { CommandFailure } from "../command-failure.ts"
import { findTrace, newestTraces, readTraceFile } from "./find-trace.ts"
import { promptDifference } from "./prompt-difference.ts"
import { traceLine, traceText } from "./trace-lines.ts"

const pollMs = 200

/** Lists the newest traces. */
export const listTraces = (count: number, json: boolean) =>
  Effect.gen(function* () {
    const traces = yield* newestTraces(count)
    if (json) {
      const brief = traces.map(({ id, time, class: kind, model, outcome, numbers }) => ({
        id,
        time,
        class: kind,
        model,
        outcome,
        numbers
      }))
      return yield* Console.log(JSON.stringify(brief, undefined, 2))
    }
    yield* Console.log(
      traces.length === 0
        ? "There are no traces. By default they are kept of what went wrong; --debug 3 at the start keeps one of every request."
        : traces.map(traceLine).join("\n")
    )
  })

/** Prints one trace. */
export const showTrace = (named: string, json: boolean) =>
  Effect.flatMap(findTrace(named), (trace) =>
    Console.log(json ? JSON.stringify(trace, undefined, 2) : traceText(trace))
  )

/** Prints a line for each trace that is written, until Ctrl-C. */
export const followTraces = Effect.gen(function* () {
  const { tracesFolder } = yield* Home
  const known = new Set(yield* traceNames(tracesFolder))
  while (true) {
    yield* Effect.sleep(pollMs)
    for (const name of yield* traceNames(tracesFolder)) {
      if (known.has(name)) continue
      known.add(name)
      const trace = yield* readTraceFile(join(tracesFolder, name))
      if (trace !== undefined) yield* Console.log(traceLine(trace))
    }
  }
})

/** Headers that belong to the connection they came by. */
const ofTheConnection = /^(host|connection|content-length|transfer-encoding|accept-encoding|keep-alive|expect)$/

/** An answer may take as long as the first one did, and a model may have to be loaded. */
const patienceMs = 3_000_000

/** Sends the request of a trace to the running proxy again, and prints what comes back. */
export const replayTrace = (named: string) =>
  Effect.gen(function* () {
    const { client, outcome } = yield* findTrace(named)
    if (client === undefined)
      return yield* new CommandFailure({ message: "This trace has no request of a client.", exitCode: 1 })
    const { facts, record } = yield* readyProxy
    const kept = Object.entries(client.headers).filter(([name]) => !ofTheConnection.test(name))
    const { status, text } = yield* Effect.mapError(
      askLocal({
        port: record.port,
        path: client.path,
        method: "POST",
        headers: {
          ...Object.fromEntries(kept),
          "content-type": "application/json",
          authorization: `Bearer ${facts.token}`
        },
        body: JSON.stringify(client.body),
        withinMs: patienceMs
      }),
      ({ message }) => new CommandFailure({ message, exitCode: 1 })
    )
    yield* Console.error(`pensieve: Status ${status}; the first time it ended with ${outcome}.`)
    yield* Console.log(text)
  })

/** Prints where the prompts of two traces begin to differ. */
export const compareTraces = (one: string, other: string) =>
  Effect.gen(function* () {
    const { same, lengths, at } = promptDifference(yield* findTrace(one), yield* findTrace(other))
    const share = `${same} of ${lengths[0]} and ${lengths[1]} characters are the same from the beginning`
    if (at === undefined) return yield* Console.log(`The prompts are the same: ${lengths[0]} characters.`)
    const [first, second] = at.pieces
    yield* Console.log(
      [
        `${share}. They differ in ${first === second ? first : `${first} of the one and ${second} of the other`}:`,
        `- ${JSON.stringify(at.texts[0])}`,
        `+ ${JSON.stringify(at.texts[1])}`
      ].join("\n")
    )
  })
