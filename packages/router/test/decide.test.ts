import { assert, describe, it } from "@effect/vitest"
import { decide, describeRoute } from "@pensieve/router"

const rules = { default: { backend: "mlx", model: "Qwen3-4B-4bit" } }

describe("decide", () => {
  it("sends every model id to the loaded model and says why", () => {
    const known = decide({ requestedModel: "Qwen3-4B-4bit", requestClass: "main" }, rules)
    const unknown = decide({ requestedModel: "claude-3-sonnet-20240229", requestClass: "title" }, rules)
    assert.strictEqual(describeRoute(known), "mlx/Qwen3-4B-4bit")
    assert.strictEqual(describeRoute(unknown), "mlx/Qwen3-4B-4bit")
    assert.strictEqual(
      unknown.trials[0]?.why,
      `"claude-3-sonnet-20240229" is answered by the loaded model Qwen3-4B-4bit`
    )
    assert.strictEqual(known.trials[0]?.why, `"Qwen3-4B-4bit" is the loaded model`)
  })
})
