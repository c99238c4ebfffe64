import { assert, describe, it } from "@effect/vitest"
import { backendsOf, type ConfigInput, defaultReference, resolveConfiguration, shownValues } from "@pensieve/config"
import { Result } from "effect"

const resolve = (input: Partial<ConfigInput>) => resolveConfiguration({ flags: {}, env: {}, ...input })
const resolved = (input: Partial<ConfigInput>) => Result.getOrThrow(resolve(input))
const file = (text: string) => ({ path: "c.yaml", text })
const problems = (text: string) => {
  const result = resolve({ file: file(text) })
  return Result.isFailure(result) ? result.failure.map(({ message, line }) => `${line}: ${message}`) : []
}

describe("a mode", () => {
  it.each([
    ["claude", "anthropic", "https://api.anthropic.com"],
    ["lmstudio", "openai", "http://localhost:1234"],
    ["mlx-lm", "openai", "http://localhost:8080"],
    ["vllm-mlx", "openai", "http://localhost:8000"],
    ["ollama", "openai", "http://localhost:11434"],
    ["llamacpp", "openai", "http://localhost:8080"],
    ["vllm", "openai", "http://localhost:8000"]
  ] as const)("%s needs nothing else to be said", (mode, kind, url) => {
    const configuration = resolved({ flags: { mode } })
    const backend = configuration.value.backends[mode]
    assert.deepStrictEqual<unknown>([backend?.kind, backend?.url], [kind, url])
    assert.strictEqual(defaultReference(configuration), mode)
  })

  it("brings its backend along, which the file may change in part", () => {
    const { value } = resolved({
      flags: { mode: "lmstudio" },
      file: file("backends: {lmstudio: {url: 'http://10.0.0.5:1234'}}\n")
    })
    assert.deepStrictEqual(value.backends["lmstudio"], { kind: "openai", url: "http://10.0.0.5:1234" })
  })

  it("may be changed for another, whatever the file says of either", () => {
    const text =
      "backends: {lmstudio: {url: 'http://10.0.0.5:1'}, vllm: {slots: 4}, claude: {kind: openai, url: 'http://h'}}\n"
    for (const mode of ["lmstudio", "vllm", "ollama", ""]) {
      const { backends } = resolved({ env: { PENSIEVE_MODE: mode }, file: file(text) }).value
      assert.deepStrictEqual(backends["lmstudio"], { kind: "openai", url: "http://10.0.0.5:1" })
      assert.deepStrictEqual(backends["vllm"], { kind: "openai", url: "http://localhost:8000", slots: 4 })
      assert.deepStrictEqual(backends["claude"], { kind: "openai", url: "http://h" })
    }
  })

  it("may be said by flag, environment and file", () => {
    const byName = (input: Partial<ConfigInput>) => Object.keys(resolved(input).value.backends)
    assert.deepStrictEqual(byName({ env: { PENSIEVE_MODE: "ollama" } }), ["ollama"])
    assert.deepStrictEqual(byName({ file: file("mode: ${M:-vllm}\n") }), ["vllm"])
    assert.deepStrictEqual(byName({ flags: { mode: "llamacpp" }, env: { PENSIEVE_MODE: "ollama" } }), ["llamacpp"])
  })

  it("takes the key of the environment; Anthropic's service else takes the clients' own", () => {
    const claude = (env: Record<string, string>) =>
      resolved({ flags: { mode: "claude" }, env }).value.backends["claude"]
    assert.strictEqual(claude({})?.keyFrom, "client")
    assert.strictEqual(claude({ PENSIEVE_UPSTREAM_KEY: "canary" })?.key, "canary")
    const shown = shownValues(resolved({ flags: { mode: "vllm" }, env: { PENSIEVE_UPSTREAM_KEY: "canary" } }))
    assert.deepInclude(shown, { path: "backends.vllm.key", value: "********", origin: "preset vllm" })
  })

  it("must be a backend or a preset", () => {
    const result = resolve({ flags: { mode: "lmstuido" } })
    assert.match(
      Result.isFailure(result) ? (result.failure[0]?.message ?? "") : "",
      /^--mode is "lmstuido", which is no backend; did you mean lmstudio\?$/
    )
  })
})

describe("the backends", () => {
  it("are those of the file, the upstream and the engine", () => {
    const { value } = resolved({
      file: file("backends: {far: {kind: anthropic, url: 'https://far.example'}}\n"),
      flags: { upstream: "localhost:1", window: "5000" }
    })
    assert.deepStrictEqual(backendsOf(value, "key"), {
      mlx: { kind: "mlx", window: 5000 },
      far: { kind: "anthropic", url: "https://far.example" },
      openai: { kind: "openai", url: "localhost:1", key: "key", window: 5000 }
    })
  })
})

describe("what answers where no rule applies", () => {
  const two = "backends: {a: {kind: openai, url: 'localhost:1'}, b: {kind: openai, url: 'localhost:2'}}\n"
  const models = `${two}models: {m: {targets: [b]}}\n`
  const table: ReadonlyArray<readonly [string, Partial<ConfigInput>, string]> = [
    ["nothing said", {}, "mlx"],
    ["a model of this machine", { flags: { model: "x" } }, "mlx"],
    ["an upstream", { flags: { upstream: "localhost:1" } }, "openai"],
    ["backends only", { file: file(two) }, "a"],
    ["models", { file: file(models) }, "m"],
    ["a default", { file: file(`${models}router: {default: b}\n`) }, "b"],
    ["a default and a mode in one file", { file: file(`${models}mode: a\nrouter: {default: b}\n`) }, "b"],
    ["a mode over the file's default", { file: file(`${models}router: {default: b}\n`), flags: { mode: "a" } }, "a"],
    ["a flag over a variable", { flags: { model: "x" }, env: { PENSIEVE_MODE: "ollama" } }, "mlx"]
  ]
  it.each(table)("with %s", (_, input, expected) => {
    assert.strictEqual(defaultReference(resolved(input)), expected)
  })
})

describe("an upstream or a Redis server", () => {
  it.each([
    [{ upstream: "http://me:canary@localhost:1" }, /^--upstream must hold neither/],
    [{ upstream: "localhost:1", "upstream-key-from": "client" }, /^--upstream-key-from is for .* Anthropic's API/],
    [{ upstream: "10.0.0.1:1", "local-only": "true" }, /^--upstream leads to another machine/],
    [{ "cache-redis": "redis://me:canary@10.0.0.1", "local-only": "true" }, /^--cache-redis leads to another machine/],
    [{ "cache-redis": "http://canary" }, /^--cache-redis must be the address of a Redis server/]
  ])("%j is refused", (flags, words) => {
    const result = resolve({ flags })
    assert.match(Result.isFailure(result) ? (result.failure[0]?.message ?? "") : "", words)
    assert.notInclude(JSON.stringify(result), "canary")
  })
})

describe("a configuration is refused", () => {
  it.each([
    [
      "whose server has no address",
      "backends:\n  a: {kind: openai}\n",
      ["2: c.yaml: backends.a.url is missing; it must be the address of a server, such as http://localhost:1234"]
    ],
    [
      "whose engine has an address",
      "backends:\n  a: {kind: mlx, url: 'http://h'}\n",
      ["2: c.yaml: backends.a.url is for servers, not for kind mlx"]
    ],
    [
      "with a target nobody knows",
      "models:\n  m: {targets: ['mlz,x']}\n",
      [`2: c.yaml: models.m.targets[0] names the backend "mlz", which is not there; did you mean mlx?`]
    ],
    [
      "with a rule for a model nobody knows",
      "models: {small: {targets: [mlx]}}\nrouter:\n  rules:\n    - {name: r, when: {}, use: smal}\n",
      [`4: c.yaml: router.rules[0].use names "smal", which is no model and no backend; did you mean small?`]
    ],
    [
      "whose fallbacks go round in a circle",
      "models:\n  a: {targets: [mlx], fallbacks: [b]}\n  b: {targets: [mlx], fallbacks: [c, mlx]}\n  c: {targets: [mlx], fallbacks: [a]}\n",
      ["4: c.yaml: models.c.fallbacks[0] leads back to where it began: a → b → c → a"]
    ],
    [
      "that leads elsewhere though it must not",
      "localOnly: true\nbackends:\n  a: {kind: openai, url: 'http://10.0.0.1'}\n",
      ["3: c.yaml: backends.a.url leads to another machine, and localOnly is true"]
    ],
    [
      "with a secret in an address",
      "backends:\n  a: {kind: openai, url: 'http://me:canary@h'}\n",
      [
        "2: c.yaml: backends.a.url must hold neither a name, a password nor a query; the key goes into PENSIEVE_UPSTREAM_KEY"
      ]
    ]
  ])("%s", (_, text, expected) => {
    assert.deepStrictEqual(problems(text), expected)
  })

  it("without showing what may hold a key", () => {
    const result = resolve({ env: { PENSIEVE_BACKENDS: "canary" } })
    assert.isTrue(Result.isFailure(result))
    assert.notInclude(JSON.stringify(result), "canary")
  })
})
