import { assert, describe, it } from "@effect/vitest"
import { type ConfigPath, resolveConfiguration, settings } from "@pensieve/config"
import { Result } from "effect"

/** A value for each setting of which not any will do, none of them its default. */
const values: Readonly<Record<string, unknown>> = {
  port: 7001,
  host: "::1",
  allowedHosts: ["host.docker.internal"],
  auth: "optional",
  kvBits: 8,
  chatTemplate: "template.jinja",
  model: "some/model",
  token: "t",
  window: 5000,
  upstream: "http://localhost:1234",
  upstreamKind: "anthropic",
  upstreamModel: "m",
  upstreamKeyFrom: "client",
  upstreamHeaders: { "x-team": "docs" },
  mode: "ollama",
  backends: { near: { kind: "openai", url: "http://localhost:1" } },
  models: { coder: { targets: ["mlx"], aliases: ["claude-*"] } },
  "router.default": "mlx",
  "router.background": "mlx",
  "router.think": "mlx",
  "router.longContext.model": "mlx",
  "router.longContext.threshold": 5000,
  "router.webSearch": "mlx",
  "router.image": "mlx",
  "router.tiers.opus": "mlx",
  "router.tiers.sonnet": "mlx",
  "router.tiers.haiku": "mlx",
  "router.tiers.fable": "mlx",
  "router.function": "route.mjs",
  "router.functionMs": 20,
  "router.rules": [{ name: "docs", when: { header: { "x-team": "docs" } }, use: "mlx" }],
  "cache.use": "all",
  "cache.lifetimeSeconds": 60,
  "cache.megabytes": 2,
  "cache.redis": "redis://localhost:6379",
  "context.reserveTokens": 100,
  "context.scaleWindowTo": 200_000,
  "pool.queue": 3,
  logLevel: "warn",
  traces: "all",
  debug: 2,
  allowForced: "script.json"
}

/** What has to stand beside a setting. */
const beside: Readonly<Record<string, object>> = { proxyOnly: { upstream: "http://localhost:1" } }

const valueFor = ({ path, kind, fallback }: (typeof settings)[number]): unknown => {
  if (kind === "boolean") return fallback !== true
  return values[path.join(".")] ?? (kind === "number" ? Number(fallback ?? 1000) + 1 : "some/text")
}

const at = (value: unknown, path: ConfigPath): unknown =>
  path.reduce((inner: unknown, step) => Reflect.get(Object(inner), step), value)

const nested = ([first = "", ...rest]: ReadonlyArray<string>, value: unknown): object => ({
  [first]: rest.length === 0 ? value : nested(rest, value)
})

describe("every setting", () => {
  it.each(settings.map((setting) => [setting.path.join("."), setting] as const))(
    "may be said by the file, by the environment and by a flag: %s",
    (name, setting) => {
      const { path, env, flag, kind } = setting
      const value = valueFor(setting)
      const text = kind === "yaml" ? JSON.stringify(value) : String(value)
      const file = (tree: unknown) => ({ path: "c.yaml", text: JSON.stringify(tree) })
      const others = beside[name] ?? {}
      const inputs = {
        file: { flags: {}, env: {}, file: file({ ...others, ...nested(path, value) }) },
        environment: { flags: {}, env: { [env]: text }, file: file(others) },
        flag: { flags: { [flag]: text }, env: {}, file: file(others) }
      }
      for (const [from, input] of Object.entries(inputs)) {
        const resolved = Result.getOrThrow(resolveConfiguration(input))
        const found = at(resolved.value, path)
        assert.deepStrictEqual(found, value)
        assert.strictEqual(resolved.originOf(path).from, from)
      }
    }
  )
})
