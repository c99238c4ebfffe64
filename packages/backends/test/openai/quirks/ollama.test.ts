import { assert, describe, it } from "@effect/vitest"
import { bodyFor, listOf, probed, shaped, tool, traitsOf } from "../probed.ts"

const entry = (id: string) => ({ id, object: "model", owned_by: "library" })
const shown = (capabilities: ReadonlyArray<string>, parameters = "") => ({
  capabilities,
  parameters,
  template: "{{ .Prompt }}",
  model_info: { "qwen3.context_length": 262144 }
})
const server = (show: unknown, running: unknown = { models: [] }) =>
  probed({
    routes: {
      "GET /v1/models": listOf(entry("qwen3:8b"), entry("gemma3:4b")),
      "GET /api/version": { version: "0.34.2" },
      "GET /api/ps": running,
      "POST /api/show": show
    }
  })
const able = shown(["completion", "tools", "thinking", "vision"])

describe("Ollama", () => {
  it("tells the window of a model in memory, which comes first", async () => {
    const running = { models: [{ name: "gemma3:4b", context_length: 4096 }] }
    const { kind, models } = await server(able, running)
    assert.strictEqual(kind, "Ollama")
    assert.deepStrictEqual(
      models.map(({ id, window }) => [id, window]),
      [
        ["gemma3:4b", 4096],
        ["qwen3:8b", undefined]
      ]
    )
  })

  it("tells the Modelfile's num_ctx of others, never what the model was trained with", async () => {
    const { models } = await server(shown(["completion"], 'num_ctx                        8192\nstop "x"'))
    assert.deepStrictEqual(
      models.map(({ window }) => window),
      [8192, 8192]
    )
    assert.isUndefined((await server(able)).models[0]?.window)
  })

  it("controls thinking by effort where the model thinks, and shows pictures where it sees", async () => {
    const { request } = traitsOf(await server(able))
    assert.deepInclude(request, { reasoningControl: "effort", images: true })
    const plain = traitsOf(await server(shown(["completion", "tools"])))
    assert.deepInclude(plain.request, { reasoningControl: "none", images: false })
  })

  it("gets the tools in the prompt where the model's template has no place for them", async () => {
    const body = bodyFor(traitsOf(await server(shown(["completion"]))), { tools: [tool("Read")] })
    assert.notProperty(body, "tools")
    assert.match(JSON.stringify(body["messages"]), /<tools>.*Read/)
  })

  it("knows no tool_choice: what may not be called is not offered, and what is demanded is noted", async () => {
    const traits = traitsOf(await server(able))
    assert.notProperty(bodyFor(traits, { tools: [tool("Read")], toolChoice: { type: "none" } }), "tools")
    const { body, notices } = shaped(traits, { tools: [tool("Read")], toolChoice: { type: "any" } })
    assert.notProperty(body, "tool_choice")
    assert.include(
      notices.map(({ code }) => code),
      "tool-choice-not-enforced"
    )
  })

  it("says when sampling it does not know is left out", async () => {
    const { body, notices } = shaped(traitsOf(await server(able)), { sampling: { topK: 20, temperature: 0.5 } })
    assert.notProperty(body, "top_k")
    assert.include(
      notices.map(({ code }) => code),
      "sampling-not-sent"
    )
  })

  it("cuts prompts without a word", async () => {
    assert.isTrue(traitsOf(await server(able)).cutsPrompts)
  })
})
