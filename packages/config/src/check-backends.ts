import { Result } from "effect"
import type { BackendSettings } from "./backend-settings.ts"
import type { Configuration } from "./configuration.ts"
import type { IssueAt } from "./describe-issues.ts"
import type { ConfigPath } from "./problem.ts"
import { isLoopback, upstreamAddress } from "./upstream-address.ts"

type Issues = ReadonlyArray<IssueAt>

/** What does not belong together in a backend's settings. */
export const checkBackends = (configuration: Configuration): Issues => [
  ...Object.entries(configuration.backends).flatMap(([name, settings]) =>
    checkBackend(name, settings, configuration.localOnly)
  ),
  ...checkUpstream(configuration),
  ...checkRedis(configuration)
]

const checkRedis = ({ cache: { redis }, localOnly }: Configuration): Issues =>
  redis !== undefined && localOnly && !isLoopback(redis) ? [{ path: ["cache", "redis"], message: leadsElsewhere }] : []

const checkUpstream = ({
  upstream,
  upstreamKind,
  upstreamKeyFrom,
  upstreamHeaders,
  localOnly
}: Configuration): Issues => {
  if (upstream === undefined) return []
  const ofAnthropic = `is for upstreams that speak Anthropic's API. Add --upstream-kind anthropic, or leave it out`
  return [
    ...addressIssues(["upstream"], upstream, localOnly),
    ...(upstreamKind === "openai" && upstreamKeyFrom === "client"
      ? [{ path: ["upstreamKeyFrom"], message: ofAnthropic }]
      : []),
    ...(upstreamKind === "openai" && upstreamHeaders !== undefined
      ? [{ path: ["upstreamHeaders"], message: ofAnthropic }]
      : [])
  ]
}

const addressIssues = (path: ConfigPath, address: string, localOnly: boolean): Issues => {
  const url = upstreamAddress(address)
  return [
    ...(Result.isFailure(url) ? [{ path, message: url.failure }] : []),
    ...(localOnly && !isLoopback(address) ? [{ path, message: leadsElsewhere }] : [])
  ]
}

const leadsElsewhere = "leads to another machine, and localOnly is true"

const checkBackend = (name: string, settings: BackendSettings, localOnly: boolean): Issues => {
  const { kind, url, key, keyFrom, headers, kvBits, chatTemplate } = settings
  const wrong = (field: string, message: string): IssueAt => ({ path: ["backends", name, field], message })
  if (kind === "mlx")
    return Object.entries({ url, key, keyFrom, headers }).flatMap(([field, value]) =>
      value === undefined ? [] : [wrong(field, "is for servers, not for kind mlx")]
    )
  const ofEngine = Object.entries({ kvBits, chatTemplate }).flatMap(([field, value]) =>
    value === undefined ? [] : [wrong(field, "is for kind mlx, not for servers")]
  )
  if (url === undefined)
    return [...ofEngine, wrong("url", "is missing; it must be the address of a server, such as http://localhost:1234")]
  return [
    ...ofEngine,
    ...addressIssues(["backends", name, "url"], url, localOnly),
    ...(kind === "openai" && keyFrom === "client" ? [wrong("keyFrom", "can be client for kind anthropic only")] : []),
    ...(kind === "openai" && headers !== undefined ? [wrong("headers", "is for kind anthropic only")] : [])
  ]
}
