import { assert, describe, it } from "@effect/vitest"
import { bodyFor, listOf, probed, shaped, tool, traitsOf } from "../probed.ts"

const list = listOf(
  { id: "mlx-community/Qwen3-4B", object: "model", owned_by: "vllm-mlx" },
  { id: "some-embedder", object: "model", owned_by: "vllm-mlx-embedding" }
)
const server = (model_type = "llm") =>
  probed({
    routes: { "GET /v1/models": list, "GET /health": { status: "healthy", model_type, engine_type: "simple" } }
  })

describe("vllm-mlx", () => {
  it("tells by /health whether the model sees; embedders are left out", async () => {
    const { kind, models } = await server("mllm")
    assert.strictEqual(kind, "vllm-mlx")
    assert.deepStrictEqual(
      models.map(({ id, images }) => [id, images]),
      [["mlx-community/Qwen3-4B", true]]
    )
    assert.isFalse(traitsOf(await server()).request.images)
  })

  it("refuses a bound above its own, so that none is sent", async () => {
    assert.strictEqual(bodyFor(traitsOf(await server()), { maxTokens: 128_000 })["max_tokens"], 32_768)
  })

  it("refuses a form of the answer beside tools: the tools go, and a notice stays", async () => {
    const { body, notices } = shaped(traitsOf(await server()), { tools: [tool("Read")], output: { type: "json" } })
    assert.property(body, "tools")
    assert.notProperty(body, "response_format")
    assert.include(
      notices.map(({ code }) => code),
      "output-format-not-enforced"
    )
    assert.property(bodyFor(traitsOf(await server()), { output: { type: "json" } }), "response_format")
  })
})
