import { Result } from "effect"
import type { BackendSettings } from "./backend-settings.ts"
import type { Configuration } from "./configuration.ts"
import type { IssueAt } from "./describe-issues.ts"
import { isLoopback, upstreamAddress } from "./upstream-address.ts"

type Issues = ReadonlyArray<IssueAt>

/** What does not belong together in a backend's settings. */
export const checkBackends = ({ backends, upstream, localOnly }: Configuration): Issues => [
  ...Object.entries(backends).flatMap(([name, settings]) => checkBackend(name, settings, localOnly)),
  ...(upstream !== undefined && localOnly && !isLoopback(upstream)
    ? [{ path: ["upstream"], message: leadsElsewhere }]
    : [])
]

const leadsElsewhere = "leads to another machine, and localOnly is true"

const checkBackend = (name: string, settings: BackendSettings, localOnly: boolean): Issues => {
  const { kind, url, key, keyFrom, headers } = settings
  const wrong = (field: string, message: string): IssueAt => ({ path: ["backends", name, field], message })
  if (kind === "mlx")
    return Object.entries({ url, key, keyFrom, headers }).flatMap(([field, value]) =>
      value === undefined ? [] : [wrong(field, "is for servers, not for kind mlx")]
    )
  if (url === undefined)
    return [wrong("url", "is missing; it must be the address of a server, such as http://localhost:1234")]
  const address = upstreamAddress(url)
  return [
    ...(Result.isFailure(address) ? [wrong("url", address.failure)] : []),
    ...(localOnly && !isLoopback(url) ? [wrong("url", leadsElsewhere)] : []),
    ...(kind === "openai" && keyFrom === "client" ? [wrong("keyFrom", "can be client for kind anthropic only")] : []),
    ...(kind === "openai" && headers !== undefined ? [wrong("headers", "is for kind anthropic only")] : [])
  ]
}
