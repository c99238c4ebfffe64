import type { PensieveError } from "@pensieve/errors"
import type { Usage } from "@pensieve/models"
import type { Wiretap } from "@pensieve/backends"
import { type HealthTotals, type RunningRequest, TraceStore } from "@pensieve/operations"
import { Context, Effect, type Exit, Layer, Metric } from "effect"
import { ServerPolicy } from "../policy.ts"
import { logExchange, type LoggedExchange, outcomeOf } from "./exchange-log.ts"
import { countExchange } from "./exchange-metrics.ts"
import { makeRecorder } from "./recorder.ts"
import { makeTally, type Tally } from "./tally.ts"
import { type ClientRequest, isTroubled, traceOf } from "./trace-of.ts"

/** One request and its answer, while it is under way. */
export interface OpenExchange extends Pick<Tally, "watch" | "notices"> {
  /** Who wants to know what the backend asks and hears; mostly nobody. */
  readonly tap: Wiretap | undefined
  readonly usage: () => Usage | undefined
  /** To be told once, at the end: the log, the numbers and whoever watches learn of it. */
  readonly end: (exit: Exit.Exit<unknown, PensieveError>) => Effect.Effect<void>
}

/** What is known of an exchange when it begins. Its route may change while backends fail. */
export interface BegunExchange extends Omit<LoggedExchange, "route"> {
  readonly route?: () => string
  /** As the client sent it, for a trace. */
  readonly client?: ClientRequest
  readonly decision?: unknown
}

/** Every exchange: those under way one by one, those that have ended in numbers. */
export class Exchanges extends Context.Service<
  Exchanges,
  {
    readonly begin: (begun: BegunExchange) => Effect.Effect<OpenExchange>
    /** Those under way, the oldest first. */
    readonly running: () => ReadonlyArray<RunningRequest>
    readonly totals: () => HealthTotals
    /** Where the numbers for `/metrics` are. */
    readonly registry: Metric.MetricRegistry
  }
>()("@pensieve/server/Exchanges") {
  static readonly layer = Layer.effect(
    Exchanges,
    Effect.gen(function* () {
      const traces = yield* TraceStore
      const { identity } = yield* ServerPolicy
      const open = new Map<BegunExchange, Tally>()
      const totals = makeTotals()
      const registry: Metric.MetricRegistry = new Map()
      const begin = (begun: BegunExchange): OpenExchange => {
        const tally = makeTally()
        const recorder = traces.mode === "off" ? undefined : makeRecorder()
        const time = Date.now()
        open.set(begun, tally)
        const end = (exit: Exit.Exit<unknown, PensieveError>) =>
          Effect.suspend(() => {
            open.delete(begun)
            const { route, client: _client, decision: _decision, ...logged } = begun
            const summary = tally.summary()
            const outcome = outcomeOf(exit, summary.reason)
            totals.add(exit, summary.usage)
            const labels = { dialect: begun.dialect, class: begun.asked.hints.requestClass, outcome }
            return Effect.gen(function* () {
              yield* logExchange({ ...logged, ...(route === undefined ? {} : { route: route() }) }, tally, exit)
              yield* Effect.provideService(countExchange(labels, summary), Metric.MetricRegistry, registry)
              if (recorder === undefined || (traces.mode === "errors" && !isTroubled(exit, summary.reason))) return
              const trace = traceOf({ begun, time, version: identity.version, recorder, tally, exit })
              // The client's connection does not wait for the disk.
              yield* Effect.forkDetach(traces.keep(trace))
            })
          })
        const watch: Tally["watch"] =
          recorder === undefined
            ? tally.watch
            : (batch) => {
                recorder.watch(batch)
                return tally.watch(batch)
              }
        return { watch, notices: tally.notices, usage: () => tally.summary().usage, end, tap: recorder?.tap }
      }
      return Exchanges.of({
        begin: (begun) => Effect.sync(() => begin(begun)),
        running: () => [...open].map(([begun, tally]) => runningRequest(begun, tally)),
        totals: totals.now,
        registry
      })
    })
  )
}

const makeTotals = () => {
  let [finished, failed, promptTokens, cachedTokens, outputTokens] = [0, 0, 0, 0, 0]
  return {
    add: (exit: Exit.Exit<unknown, PensieveError>, usage: Usage | undefined) => {
      if (exit._tag === "Success") finished++
      else failed++
      if (usage === undefined) return
      promptTokens += usage.inputTokens + usage.cacheCreationTokens + usage.cacheReadTokens
      cachedTokens += usage.cacheReadTokens
      outputTokens += usage.outputTokens
    },
    now: (): HealthTotals => ({ finished, failed, promptTokens, cachedTokens, outputTokens })
  }
}

const runningRequest = ({ requestId, dialect, asked, route }: BegunExchange, tally: Tally): RunningRequest => {
  const { phase, promptTokens, cachedTokens, prefilled, pieces, firstMs, totalMs } = tally.summary()
  const answeredMs = firstMs === undefined ? 0 : totalMs - firstMs
  return {
    id: requestId,
    dialect,
    class: asked.hints.requestClass,
    model: asked.model,
    ...(route === undefined ? {} : { route: route() }),
    phase,
    seconds: totalMs / 1000,
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(prefilled === undefined ? {} : { prefilled }),
    ...(pieces === 0 ? {} : { pieces }),
    ...(pieces < 2 || answeredMs <= 0 ? {} : { piecesPerSecond: ((pieces - 1) / answeredMs) * 1000 })
  }
}
