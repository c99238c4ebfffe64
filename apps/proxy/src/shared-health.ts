import type { HealthBoard } from "@pensieve/backends"
import { isLoopback } from "@pensieve/config"
import { type RedisLink, redisHealth } from "@pensieve/operations"
import type { Effect, Scope } from "effect"
import { hostname } from "node:os"
import type { PlannedBackend } from "./plan-backend.ts"

/** What other Pensieves know of the servers that this one asks as well. */
export const sharedHealth = (
  link: RedisLink,
  backends: ReadonlyArray<PlannedBackend>
): Effect.Effect<HealthBoard, never, Scope.Scope> => {
  const ids = new Map(backends.map((backend) => [backend.name, idOf(backend)]))
  return redisHealth(link, [...ids.keys()], (name) => ids.get(name))
}

/** A server is known by its address, one of this machine by the machine as well. A model that runs in here is nobody else's. */
const idOf = ({ settings: { kind, url } }: PlannedBackend): string | undefined => {
  if (url === undefined) return undefined
  return isLoopback(url) ? `${kind} ${url} ${hostname()}` : `${kind} ${url}`
}
