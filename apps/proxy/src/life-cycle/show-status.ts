import { type RunningProxy, urlOf } from "@pensieve/operations"
import { Clock, Console, Effect, type Option } from "effect"
import { stripVTControlCharacters } from "node:util"
import { commandLine } from "../command-line.ts"
import { version } from "../version.ts"
import { statusLines } from "./status-lines.ts"
import { proxiesOn } from "./stop-proxies.ts"

/** Exit code of a status when nothing runs, as of init scripts. */
const nothingRuns = 3
const everyMs = 1000

/** How the status is shown. */
export interface StatusOptions {
  readonly port: Option.Option<number>
  readonly json: boolean
  /** A single look, also on a terminal. */
  readonly once: boolean
}

/** Shows which proxies run, and how they are: on a terminal until Ctrl-C, else once. */
export const showStatus = ({ port, json, once }: StatusOptions) =>
  Effect.gen(function* () {
    const proxies = yield* proxiesOn(port)
    if (json) yield* Console.log(JSON.stringify({ version, proxies: proxies.map(asJson) }, undefined, 2))
    else if (proxies.length > 0 && !once && process.stdout.isTTY) return yield* watch(port, proxies)
    else yield* Console.log((yield* frame(proxies)).join("\n"))
    if (proxies.length === 0) yield* Effect.sync(() => void (process.exitCode = nothingRuns))
  })

const asJson = (proxy: RunningProxy) => {
  const { port, pid, detached, startedAt, version: its } = proxy.record
  return { url: urlOf(proxy.record), port, pid, detached, startedAt, version: its, ...proxy.health }
}

const frame = (proxies: ReadonlyArray<RunningProxy>) =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    proxies.length === 0
      ? [`No proxy runs. This starts one:  ${commandLine("start --detach")}`]
      : proxies.flatMap((proxy, index) => [...(index === 0 ? [] : [""]), ...statusLines(proxy, now)])
  )

/** Draws over what was drawn before, until Ctrl-C or until nothing runs any more. */
const watch = (port: Option.Option<number>, first: ReadonlyArray<RunningProxy>) =>
  Effect.gen(function* () {
    let proxies = first
    let drawn = 0
    while (true) {
      const width = Math.max(20, process.stdout.columns || 80) - 1
      const lines = [...(yield* frame(proxies)), "", "Ctrl-C ends this view, not the proxy."].map((line) =>
        cut(line, width)
      )
      process.stdout.write(`${drawn === 0 ? "" : `\u001b[${drawn}A\u001b[J`}${lines.join("\n")}\n`)
      drawn = lines.length
      if (proxies.length === 0) return
      yield* Effect.sleep(everyMs)
      proxies = yield* proxiesOn(port)
    }
  })

/** A line that a terminal breaks would be two, and the next frame would begin in the wrong place. */
const cut = (line: string, width: number): string => {
  const plain = stripVTControlCharacters(line)
  return plain.length <= width ? line : `${plain.slice(0, width - 1)}…`
}
