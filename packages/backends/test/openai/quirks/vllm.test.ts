import { assert, describe, it } from "@effect/vitest"
import { bodyFor, listOf, probed, tool, traitsOf } from "../probed.ts"

const list = listOf({
  id: "Qwen/Qwen3-8B",
  object: "model",
  owned_by: "vllm",
  root: "Qwen/Qwen3-8B",
  max_model_len: 40960
})
const server = () => probed({ routes: { "GET /v1/models": list, "GET /version": { version: "0.15.1" } } })

describe("vLLM", () => {
  it("tells the window in its list", async () => {
    const { kind, models } = await server()
    assert.strictEqual(kind, "vLLM")
    assert.deepInclude(models[0], { id: "Qwen/Qwen3-8B", window: 40960 })
  })

  it("gets stop sequences, for it says which one matched", async () => {
    assert.deepInclude(bodyFor(traitsOf(await server()), { stopSequences: ["</block>"] }), { stop: ["</block>"] })
  })

  it("gets whole schemas, and thinking by the template's switch", async () => {
    const traits = traitsOf(await server())
    const schema = { type: "object", properties: { a: { type: "string", pattern: "^x$" } } }
    const body = bodyFor(traits, { tools: [tool("Read", schema)], reasoning: { mode: "off", display: "full" } })
    assert.match(JSON.stringify(body["tools"]), /pattern/)
    assert.deepInclude(body, { chat_template_kwargs: { enable_thinking: false } })
  })
})
