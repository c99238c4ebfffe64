import { formatBytes, type RunningProxy, type RunningRequest, urlOf } from "@pensieve/operations"
import { styleText } from "node:util"
import { commandLine } from "../command-line.ts"
import { version } from "../version.ts"

const colours = { healthy: "green", starting: "yellow", stopping: "yellow", unhealthy: "red" } as const

type Row = readonly [name: string, value: string]

/** What is told of a proxy, a line each. @param now milliseconds since 1970 */
export const statusLines = (proxy: RunningProxy, now: number): ReadonlyArray<string> => {
  const { record, health } = proxy
  const head = `${urlOf(record)}  ${health === undefined ? "answers" : styleText(colours[health.status], health.status)}`
  const background = record.detached ? ", in the background" : ""
  const rows: ReadonlyArray<Row> = [
    ...(health === undefined ? [] : healthRows(health)),
    ["process", `${record.pid}, for ${duration(now - record.startedAt)}${background}`],
    [
      "version",
      record.version === version ? version : `${record.version}; this is ${version}: ${commandLine("restart")}`
    ]
  ]
  const running = (health?.running ?? []).map(runningLine)
  return [head, ...rows.map(([name, value]) => `  ${name.padEnd(8)} ${value}`), ...running]
}

type Health = NonNullable<RunningProxy["health"]>

const healthRows = (health: Health): ReadonlyArray<Row> => [
  ["model", modelOf(health)],
  ...(health.message === undefined ? [] : ([["why", health.message]] as const)),
  ...(health.totals === undefined ? [] : ([["requests", totalsOf(health.totals)]] as const)),
  ["memory", memoryOf(health)]
]

const count = (value: number): string => Math.round(value).toLocaleString("en")

const modelOf = ({ model, backend, window, backends = [] }: Health): string => {
  const asleep = backends.some(({ name, status }) => name === backend && status === "asleep")
  const size = window === undefined ? "" : `, window ${count(window)} tokens`
  return `${model} (${backend})${size}${asleep ? "; not loaded, the next request loads it" : ""}`
}

const totalsOf = ({ finished, failed, promptTokens, cachedTokens, outputTokens }: NonNullable<Health["totals"]>) => {
  const failures = failed === 0 ? "" : `, ${count(failed)} broke off`
  const cached = promptTokens === 0 ? "" : ` (${percent(cachedTokens / promptTokens)} from the cache)`
  return `${count(finished)} answered${failures}; ${count(promptTokens)} tokens read${cached}, ${count(outputTokens)} written`
}

/** A share, as a person reads it. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`

const memoryOf = ({ memoryBytes, backends = [] }: Health): string => {
  const numbers = backends.flatMap(({ numbers: told }) => (told === undefined ? [] : [told]))
  const sum = (name: string) => numbers.reduce((total, told) => total + (told[name] ?? 0), 0)
  const parts = [
    ...(memoryBytes === undefined ? [] : [`proxy ${formatBytes(memoryBytes)}`]),
    ...(sum("activeMemoryBytes") === 0 ? [] : [`engine ${formatBytes(sum("activeMemoryBytes"))}`]),
    ...(sum("cacheBudgetBytes") === 0
      ? []
      : [`cache ${formatBytes(sum("cacheBytes"))} of ${formatBytes(sum("cacheBudgetBytes"))}`])
  ]
  return parts.length === 0 ? "not told" : parts.join(", ")
}

const runningLine = (request: RunningRequest): string =>
  `  ${request.class.padEnd(10)} ${request.seconds.toFixed(1).padStart(6)} s  ${progressOf(request)}`

const progressOf = ({
  phase,
  promptTokens,
  cachedTokens = 0,
  prefilled,
  pieces = 0,
  piecesPerSecond
}: RunningRequest) => {
  const prompt = promptTokens === undefined ? "" : ` ${count(promptTokens)} tokens`
  if (phase === "waiting") return `waits${prompt}`
  if (phase === "prefill") {
    const share =
      promptTokens === undefined || promptTokens === 0 ? 0 : Math.max(prefilled ?? 0, cachedTokens) / promptTokens
    return `reads${prompt}, ${percent(share)}${cachedTokens === 0 ? "" : ` (${count(cachedTokens)} from the cache)`}`
  }
  const speed = piecesPerSecond === undefined ? "" : `, ${piecesPerSecond.toFixed(1)} a second`
  return `answers${prompt}: ${count(pieces)} pieces${speed}`
}

/** Milliseconds as a person says them. */
const duration = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}
