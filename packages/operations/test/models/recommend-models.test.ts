import { recommendModels } from "@pensieve/operations"
import { assert, describe, it } from "vitest"

const names = (memoryGb: number, gpu = true) =>
  recommendModels({ memoryBytes: memoryGb * 2 ** 30, gpu }).map(({ model, fit }) => `${fit} ${model.name}`)

describe("the models recommended", () => {
  it("grow with the memory", () => {
    const first = [8, 16, 24, 48, 128].map(
      (memory) => recommendModels({ memoryBytes: memory * 2 ** 30, gpu: true })[0]?.model.bytes ?? 0
    )
    assert.deepEqual(
      first,
      [...first].sort((a, b) => a - b)
    )
    assert.isAbove(first.at(-1) ?? 0, first[0] ?? 0)
  })

  it("never fill the machine", () => {
    const filling = [8, 16, 32, 64].flatMap((memory) =>
      recommendModels({ memoryBytes: memory * 2 ** 30, gpu: true }).filter(
        ({ model, fit }) => fit !== "too-large" && model.bytes >= memory * 2 ** 30 * 0.75
      )
    )
    assert.isEmpty(filling)
  })

  it("begin with the largest that leaves room for a conversation", () => {
    assert.match(names(32)[0] ?? "", /^well /)
    assert.match(names(8).at(-1) ?? "", /^too-large /)
  })

  it("are small without a GPU, the others being slow", () => {
    const [first = "", ...others] = names(64, false)
    assert.match(first, /^well .*4B/)
    assert.isTrue(others.some((name) => /^slow .*Coder-30B/.test(name)))
  })

  it("tell how much conversation fits", () => {
    const coder = recommendModels({ memoryBytes: 32 * 2 ** 30, gpu: true }).find(({ model }) =>
      /Coder-30B/.test(model.name)
    )
    assert.isAbove(coder?.tokens ?? 0, 50_000)
    assert.isBelow(coder?.tokens ?? 0, 120_000)
  })
})
