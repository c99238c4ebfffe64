import { judgeHealth, type ProxyHealth } from "@pensieve/operations"
import { assert, describe, it } from "vitest"

const health: ProxyHealth = {
  status: "healthy",
  version: "1",
  instance: "i",
  pid: 1,
  home: "/h",
  startedAt: 0,
  backend: "mlx",
  model: "m",
  window: 100_000,
  backends: [
    {
      name: "mlx",
      model: "m",
      status: "ready",
      numbers: { activeMemoryBytes: 4e9, cacheBudgetBytes: 1e9 },
      words: { device: "gpu", blas: "metal" },
      card: { window: 100_000, tools: "native" }
    }
  ]
}

const mac = { memoryBytes: 16e9, platform: "darwin" } as const
const doubts = (more: Partial<ProxyHealth>, machine: Parameters<typeof judgeHealth>[1] = mac) =>
  judgeHealth({ ...health, ...more }, machine).filter(({ state }) => state !== "good")
const engine = (more: object) => ({ backends: health.backends?.map((one) => ({ ...one, ...more })) ?? [] })

describe("the health of a proxy", () => {
  it("is well when all is well", () => {
    assert.isEmpty(doubts({}))
  })

  it("is told when the window is too small, or unknown", () => {
    assert.match(doubts({ window: 40_000 })[0]?.found ?? "", /40,000 tokens; Claude Code needs about 80,000/)
    const { window: _, ...unknown } = health
    assert.match(judgeHealth(unknown, mac)[1]?.found ?? "", /not known/)
    assert.isEmpty(doubts({ window: 1, passesOn: true }))
  })

  it("is told when a Mac computes on its CPU, or Linux without a fast BLAS", () => {
    assert.strictEqual(doubts(engine({ words: { device: "cpu", blas: "accelerate" } }))[0]?.state, "bad")
    const linux = { memoryBytes: 16e9, platform: "linux" } as const
    assert.match(
      doubts(engine({ words: { device: "cpu", blas: "reference" } }), linux)[0]?.found ?? "",
      /slow reference/
    )
    assert.isEmpty(doubts(engine({ words: { device: "cpu", blas: "openblas" } }), linux))
  })

  it("is told when the model takes most of the memory", () => {
    assert.match(doubts(engine({ numbers: { activeMemoryBytes: 13e9 } }))[0]?.found ?? "", /13 GB in use/)
  })

  it("is well when the model waits for a request", () => {
    assert.isEmpty(doubts(engine({ status: "asleep" })))
  })

  it("is told when nobody is ready, with the reason", () => {
    assert.deepInclude(doubts({ status: "unhealthy", message: "No memory." })[0], { state: "bad", found: "No memory." })
    assert.strictEqual(doubts({ status: "starting" })[0]?.state, "doubtful")
  })
})
