import { type RunningProxy, urlOf } from "@pensieve/operations"
import { Clock, Console, Effect, type Option } from "effect"
import { styleText } from "node:util"
import { commandLine } from "../command-line.ts"
import { version } from "../version.ts"
import { proxiesOn } from "./stop-proxies.ts"

/** Exit code of a status when nothing runs, as of init scripts. */
const nothingRuns = 3

/** Prints which proxies run, and how they are. */
export const showStatus = (port: Option.Option<number>, json: boolean) =>
  Effect.gen(function* () {
    const proxies = yield* proxiesOn(port)
    if (json) yield* Console.log(JSON.stringify({ version, proxies: proxies.map(asJson) }, undefined, 2))
    else if (proxies.length === 0)
      yield* Console.log(`No proxy runs. This starts one:  ${commandLine("start --detach")}`)
    else {
      const now = yield* Clock.currentTimeMillis
      yield* Console.log(proxies.map((proxy) => lines(proxy, now)).join("\n\n"))
    }
    if (proxies.length === 0) yield* Effect.sync(() => void (process.exitCode = nothingRuns))
  })

const asJson = (proxy: RunningProxy) => {
  const { port, pid, detached, startedAt, version: its } = proxy.record
  return { url: urlOf(proxy.record), port, pid, detached, startedAt, version: its, ...proxy.health }
}

const colours = { healthy: "green", starting: "yellow", stopping: "yellow", unhealthy: "red" } as const

const lines = (proxy: RunningProxy, now: number): string => {
  const { record, health } = proxy
  const state = health?.status ?? "starting"
  const head = `${urlOf(record)}  ${styleText(colours[state], health === undefined ? "answers" : state)}`
  const rows: ReadonlyArray<readonly [string, string]> = [
    ...(health === undefined ? [] : [["model", modelLine(health)] as const]),
    ...(health?.message === undefined ? [] : [["why", health.message] as const]),
    [
      "process",
      `${record.pid}, for ${duration(now - record.startedAt)}${record.detached ? ", in the background" : ""}`
    ],
    [
      "version",
      record.version === version ? version : `${record.version}; this is ${version}: ${commandLine("restart")}`
    ]
  ]
  return [head, ...rows.map(([name, value]) => `  ${name.padEnd(8)} ${value}`)].join("\n")
}

const modelLine = ({ model, backend, window }: NonNullable<RunningProxy["health"]>): string =>
  `${model} (${backend})${window === undefined ? "" : `, window ${window.toLocaleString("en")} tokens`}`

/** Milliseconds as a person says them. */
const duration = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}
