import {
  clientModelName,
  findProxies,
  localToken,
  meetProxy,
  portHolder,
  type ProxyFacts,
  type ProxyHealth,
  type ProxyRecord,
  urlOf
} from "@pensieve/operations"
import { Console, Effect } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"
import { startDetachedAt } from "../life-cycle/start-detached.ts"
import { readConfiguration } from "../read-configuration.ts"

const pollMs = 200
/** A model that takes longer to load is spoken of. */
const silentMs = 1000

/** The proxy that a client of this user is to talk to: the one that runs, or one that is started in the background; ready to answer. */
export const readyProxy = Effect.gen(function* () {
  const record = (yield* runningProxy) ?? (yield* startedProxy)
  const health = yield* untilReady(record)
  return { record, health, facts: factsOf(record, health) }
})

/** What a client is told about a proxy. */
const factsOf = (
  record: ProxyRecord,
  { model, window, clientWindow = window, passesOn = false }: ProxyHealth
): ProxyFacts => ({
  baseUrl: urlOf(record),
  token: record.token,
  window: clientWindow,
  modelName: passesOn ? undefined : clientModelName(model)
})

/** The one on the configured port, or else the only one there is. */
const runningProxy = Effect.gen(function* () {
  const { port } = (yield* readConfiguration()).value
  const proxies = yield* findProxies
  const own = proxies.find(({ record }) => record.port === port)
  return (own ?? (proxies.length === 1 ? proxies[0] : undefined))?.record
})

const startedProxy = Effect.gen(function* () {
  const started = yield* startDetachedAt(yield* portWords, process.cwd())
  // Another command may have started one in the same moment.
  const record = started?.record ?? (yield* runningProxy)
  if (record === undefined)
    return yield* new CommandFailure({ message: `There is no proxy. See ${commandLine("start")}.`, exitCode: 1 })
  return record
})

/** A client does not mind the port: when the configured one is taken, a free one serves. */
const portWords = Effect.gen(function* () {
  const { value } = yield* readConfiguration()
  if (value.port === 0) return []
  const { who } = yield* meetProxy(value.port, yield* localToken(value.token))
  if (who === "nobody") return []
  const holder = yield* portHolder(value.port)
  yield* Console.error(
    `pensieve: Port ${value.port} is taken${holder === undefined ? "" : ` by process ${holder.pid}`}; Pensieve takes a free one.`
  )
  return ["--port=0"]
})

const untilReady = (record: ProxyRecord) =>
  Effect.gen(function* () {
    for (let waited = 0; ; waited += pollMs) {
      const met = yield* meetProxy(record.port, record.token)
      if (met.who === "ours" && met.health.status === "healthy") return met.health
      if (met.who === "ours" && met.health.status === "unhealthy")
        return yield* new CommandFailure({
          message: `${met.health.message ?? "The proxy cannot answer."} See ${commandLine("logs")}.`,
          exitCode: 1
        })
      if (met.who === "other-version")
        return yield* new CommandFailure({
          message: `Version ${met.version ?? "unknown"} of Pensieve runs on port ${record.port}. Replace it: ${commandLine("restart")}.`,
          exitCode: 1
        })
      if (met.who !== "ours")
        return yield* new CommandFailure({
          message: `The proxy on port ${record.port} has ended. See ${commandLine("logs")}.`,
          exitCode: 1
        })
      if (waited === silentMs) yield* Console.error(`pensieve: Waiting for ${met.health.model} …`)
      yield* Effect.sleep(pollMs)
    }
  })
