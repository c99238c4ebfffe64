import { assert, describe, it } from "@effect/vitest"
import { type ConfigPath, resolveConfiguration, settings } from "@pensieve/config"
import { Result } from "effect"

/** A value for each setting, none of them its default. */
const values: Readonly<Record<string, unknown>> = {
  port: 7001,
  model: "some/model",
  token: "t",
  host: "::1",
  allowNetwork: true,
  allowedHosts: ["host.docker.internal"],
  auth: "optional",
  window: 5000,
  kvBits: 8,
  chatTemplate: "chat.jinja",
  idleMinutes: 5,
  proxyOnly: true,
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
  "cache.allowSampled": true,
  "cache.redis": "redis://localhost:6379",
  "cache.persist": true,
  "context.reserveTokens": 100,
  "context.scaleWindowTo": 200_000,
  "pool.queue": 3,
  localOnly: true,
  allowRemoteFallback: true,
  logLevel: "warn",
  traces: "all",
  debug: 2,
  allowForced: "script.json"
}

/** What has to be said besides. */
const besides: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  proxyOnly: { PENSIEVE_UPSTREAM: "http://localhost:1234" }
}

const at = (value: unknown, path: ConfigPath): unknown =>
  path.reduce((inner: unknown, step) => Reflect.get(Object(inner), step), value)

const nested = (path: ConfigPath, value: unknown): unknown =>
  path.reduceRight((inner, step) => ({ [step]: inner }), value)

describe("every setting", () => {
  it.each(settings.map((setting) => [setting.path.join("."), setting] as const))(
    "may be said by the file, by the environment and by a flag: %s",
    (name, { path, env, flag, kind }) => {
      const value = values[name]
      assert.isDefined(value, "it has no value here")
      const others = besides[name] ?? {}
      const text = kind === "yaml" ? JSON.stringify(value) : String(value)
      const inputs = {
        file: { flags: {}, env: others, file: { path: "c.yaml", text: JSON.stringify(nested(path, value)) } },
        environment: { flags: {}, env: { ...others, [env]: text } },
        flag: { flags: { [flag]: text }, env: others }
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
