import { assert, describe, it } from "@effect/vitest"
import { bodyFor, listOf, probed, tool, traitsOf } from "../probed.ts"

const list = listOf({ id: "qwen.gguf", object: "model", owned_by: "llamacpp", meta: { n_ctx_train: 262144 } })
const props = (more = {}, template = "{% if enable_thinking %}<think>{% endif %}") => ({
  default_generation_settings: { n_ctx: 32768, params: { reasoning_format: "deepseek" } },
  modalities: { vision: true, audio: false },
  chat_template: template,
  build_info: "b8681",
  ...more
})
const server = (own = props()) => probed({ routes: { "GET /v1/models": list, "GET /props": own } })

describe("llama.cpp", () => {
  it("tells its window, what it can see and its template by /props", async () => {
    const { kind, models } = await server()
    assert.strictEqual(kind, "llama.cpp")
    assert.deepInclude(models[0], { id: "qwen.gguf", window: 32768, images: true, loaded: true, opensThinking: false })
  })

  it("is told to allow several calls, how far the prompt is, and its own name of a penalty", async () => {
    const body = bodyFor(traitsOf(await server()), { tools: [tool("Read")], sampling: { repetitionPenalty: 1.1 } })
    assert.deepInclude(body, { parallel_tool_calls: true, return_progress: true, repeat_penalty: 1.1 })
    assert.notProperty(body, "repetition_penalty")
    const one = bodyFor(traitsOf(await server()), { tools: [tool("Read")], parallelToolCalls: false })
    assert.isFalse(one["parallel_tool_calls"])
  })

  it("gets schemas that its grammars take", async () => {
    const schema = { type: "object", properties: { a: { type: "string", pattern: "\\S", maxLength: 524288 } } }
    const { tools } = bodyFor(traitsOf(await server()), { tools: [tool("Read", schema)] })
    assert.notMatch(JSON.stringify(tools), /pattern|maxLength/)
  })

  it("thinks or not by its template's switch, if it has one", async () => {
    const off = { reasoning: { mode: "off", display: "full" } } as const
    assert.deepInclude(bodyFor(traitsOf(await server()), off), { chat_template_kwargs: { enable_thinking: false } })
    assert.notProperty(bodyFor(traitsOf(await server(props({}, "plain"))), off), "chat_template_kwargs")
  })

  it("leaves thinking in the words only when it is told to", async () => {
    const template = "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
    const settings = { n_ctx: 4096, params: { reasoning_format: "none" } }
    const { models } = await server(props({ default_generation_settings: settings }, template))
    assert.isTrue(models[0]?.opensThinking)
  })

  it("as a router tells of each model by its name", async () => {
    const two = listOf({ id: "a", owned_by: "llamacpp" }, { id: "b", owned_by: "llamacpp" })
    const { models } = await probed({
      routes: {
        "GET /v1/models": two,
        "GET /props": props({ default_generation_settings: { n_ctx: 0 } }),
        "GET /props?model=a": props({ default_generation_settings: { n_ctx: 1000 } }),
        "GET /props?model=b": props({ default_generation_settings: { n_ctx: 2000 } })
      }
    })
    assert.deepStrictEqual(
      models.map(({ id, window }) => [id, window]),
      [
        ["a", 1000],
        ["b", 2000]
      ]
    )
  })
})
