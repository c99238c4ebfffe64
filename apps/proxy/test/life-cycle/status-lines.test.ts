import type { ProxyHealth, RunningProxy } from "@pensieve/operations"
import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "vitest"
import { statusLines } from "../../src/life-cycle/status-lines.ts"
import { version } from "../../src/version.ts"

const health: ProxyHealth = {
  status: "healthy",
  version,
  instance: "i",
  pid: 12,
  home: "/h",
  startedAt: 0,
  backend: "mlx",
  model: "qwen",
  window: 40_960,
  memoryBytes: 120e6,
  backends: [
    {
      name: "mlx",
      model: "qwen",
      status: "ready",
      numbers: { activeMemoryBytes: 3.1e9, cacheBytes: 4e8, cacheBudgetBytes: 2e9 }
    }
  ],
  totals: { finished: 12, failed: 1, promptTokens: 120_000, cachedTokens: 90_000, outputTokens: 3400 },
  running: []
}

const proxy = (more: Partial<ProxyHealth> = {}): RunningProxy => ({
  record: {
    version,
    instance: "i",
    pid: 12,
    port: 7777,
    token: "canary",
    args: [],
    cwd: "/",
    detached: true,
    startedAt: 0
  },
  health: { ...health, ...more }
})

const linesOf = (one: RunningProxy) => statusLines(one, 300_000).map((line) => stripVTControlCharacters(line))

describe("the status of a proxy", () => {
  it("says model, requests, memory and process", () => {
    assert.deepEqual(linesOf(proxy()), [
      "http://127.0.0.1:7777  healthy",
      "  model    qwen (mlx), window 40,960 tokens",
      "  requests 12 answered, 1 broke off; 120,000 tokens read (75 % from the cache), 3,400 written",
      "  memory   proxy 120 MB, engine 3.1 GB, cache 400 MB of 2.0 GB",
      "  process  12, for 5 min, in the background",
      `  version  ${version}`
    ])
  })

  it("says when the model waits for a request", () => {
    const backends = [{ name: "mlx", model: "qwen", status: "asleep" as const }]
    assert.include(
      linesOf(proxy({ backends })),
      "  model    qwen (mlx), window 40,960 tokens; not loaded, the next request loads it"
    )
  })

  it("says how far each request is", () => {
    const common = { id: "r", dialect: "anthropic", model: "m", class: "main", seconds: 4.2 }
    const running = linesOf(
      proxy({
        running: [
          { ...common, phase: "waiting" },
          { ...common, phase: "prefill", promptTokens: 1000, cachedTokens: 400, prefilled: 700 },
          { ...common, phase: "answering", promptTokens: 1000, pieces: 34, piecesPerSecond: 21.3 }
        ]
      })
    ).slice(-3)
    assert.deepEqual(running, [
      "  main          4.2 s  waits",
      "  main          4.2 s  reads 1,000 tokens, 70 % (400 from the cache)",
      "  main          4.2 s  answers 1,000 tokens: 34 pieces, 21.3 a second"
    ])
  })

  it("says why a proxy is not healthy", () => {
    assert.include(linesOf(proxy({ status: "unhealthy", message: "No memory." })), "  why      No memory.")
  })

  it("names another version, and what replaces it", () => {
    const old = proxy()
    const lines = linesOf({ record: { ...old.record, version: "0.0.0-old" }, health: undefined })
    assert.match(lines.join("\n"), /version {2}0\.0\.0-old; this is .*restart/)
  })

  it("does not show the token", () => {
    assert.notInclude(linesOf(proxy()).join("\n"), "canary")
  })
})
