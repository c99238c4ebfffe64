import { findProxies, type RunningProxy, stopProxy, urlOf } from "@pensieve/operations"
import { Console, Effect, Option } from "effect"

/** The proxies that a command is about. */
export const proxiesOn = (port: Option.Option<number>) =>
  Effect.map(findProxies, (proxies) =>
    proxies.filter(({ record }) => Option.getOrElse(port, () => record.port) === record.port)
  )

/** Ends the proxies of this state folder, or the one on a port, and says so. None there is no failure. */
export const stopProxies = (port: Option.Option<number>) =>
  Effect.gen(function* () {
    const proxies = yield* proxiesOn(port)
    if (proxies.length === 0) yield* Console.error("pensieve: No proxy runs.")
    yield* Effect.forEach(proxies, endAndTell, { concurrency: "unbounded" })
  })

/** Ends one and says so. */
export const endAndTell = (proxy: RunningProxy) =>
  Effect.gen(function* () {
    const how = yield* stopProxy(proxy)
    const told = `${urlOf(proxy.record)} (process ${proxy.record.pid})`
    yield* Console.error(
      how === "ended" ? `pensieve: Stopped ${told}.` : `pensieve: Killed ${told}, which did not end by itself.`
    )
  })
