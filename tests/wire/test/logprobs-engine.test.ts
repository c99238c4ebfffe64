import { type Proxy, startProxy, tinyModel } from "@pensieve/test-harness"
import OpenAI from "openai"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const asked = {
  model: "m",
  messages: [{ role: "user" as const, content: "Hello" }],
  max_completion_tokens: 12,
  temperature: 0,
  logprobs: true,
  top_logprobs: 3
}

describe("log probabilities of the engine", () => {
  let proxy: Proxy
  let openai: OpenAI
  beforeAll(async () => {
    proxy = await startProxy({ model: await tinyModel("long") })
    openai = new OpenAI({ baseURL: `${proxy.base}/v1`, apiKey: proxy.token, maxRetries: 0 })
  }, 120_000)
  afterAll(() => proxy.stop())

  it("are those of the words, the likeliest first where nothing is left to chance", async () => {
    const { choices } = await openai.chat.completions.create(asked)
    const tokens = choices[0]?.logprobs?.content ?? []
    assert.isNotEmpty(tokens)
    for (const { token, logprob, top_logprobs: top } of tokens) {
      assert.deepInclude(top[0], { token, logprob })
      assert.lengthOf(top, 3)
      assert.isAtMost(logprob, 0)
    }
    const bytes = Buffer.from(tokens.flatMap((token) => token.bytes ?? []))
    assert.strictEqual(bytes.toString("utf8").trim(), choices[0]?.message.content?.trim())
  })

  it("are the same in a stream and in Responses", async () => {
    const whole = (await openai.chat.completions.create(asked)).choices[0]?.logprobs?.content
    const streamed = await openai.chat.completions.stream(asked).finalChatCompletion()
    assert.deepStrictEqual(streamed.choices[0]?.logprobs?.content, whole)
    const response = await openai.responses
      .stream({
        model: "m",
        input: "Hello",
        max_output_tokens: 12,
        temperature: 0,
        top_logprobs: 3,
        include: ["message.output_text.logprobs"]
      })
      .finalResponse()
    const parts = response.output.flatMap((item) => (item.type === "message" ? item.content : []))
    assert.deepStrictEqual(
      parts.flatMap((part) => (part.type === "output_text" ? (part.logprobs ?? []) : [])),
      whole
    )
  })
})
