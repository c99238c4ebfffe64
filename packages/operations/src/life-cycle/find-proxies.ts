import { Effect, type FileSystem, type Path } from "effect"
import type { Home } from "../home.ts"
import { meetProxy } from "./meet-proxy.ts"
import type { ProxyHealth } from "./proxy-health.ts"
import { forgetRecord, type ProxyRecord, readRecords } from "./proxy-record.ts"

/** A proxy of this state folder that answers. */
export interface RunningProxy {
  readonly record: ProxyRecord
  /** Undefined when it is of a version that tells it in another way. */
  readonly health: ProxyHealth | undefined
}

/** As programs name it. */
export const urlOf = ({ port }: { readonly port: number }): string => `http://127.0.0.1:${port}`

/** The proxies of this state folder, by port. What a dead one has left behind is removed. */
export const findProxies: Effect.Effect<
  ReadonlyArray<RunningProxy>,
  never,
  Home | FileSystem.FileSystem | Path.Path
> = Effect.gen(function* () {
  const found = yield* Effect.forEach(yield* readRecords, meetOne, { concurrency: "unbounded" })
  return found.filter((proxy) => proxy !== undefined)
})

const meetOne = (
  record: ProxyRecord
): Effect.Effect<RunningProxy | undefined, never, Home | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const met = yield* meetProxy(record.port, record.token)
    if (met.who === "ours") return { record: { ...record, pid: met.health.pid }, health: met.health }
    if (met.who === "other-version") return { record, health: undefined }
    // Whoever has the port now, the proxy of this record does not listen on it.
    yield* forgetRecord(record.port)
    return undefined
  })
