import {
  callBlock,
  jsonAnswer,
  messageEnd,
  messageEvent,
  messageOf,
  messageStart,
  textBlock
} from "@pensieve/test-harness"
import { Redacted } from "effect"
import OpenAI from "openai"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { token } from "../src/wired-server.ts"

const key = "canary-key-of-the-upstream"
const models = {
  data: [
    { type: "model", id: "claude-first", max_input_tokens: 200_000 },
    { type: "model", id: "claude-second", max_input_tokens: 100_000, max_tokens: 8192 }
  ],
  has_more: false
}
const routes = { "GET /v1/models": models }
const server = oneServer({
  upstream: { routes },
  anthropic: { key: Redacted.make(key), headers: { "X-Extra": "more" } }
})

const tools = [
  {
    type: "function" as const,
    function: {
      name: "Bash",
      description: "Runs a command",
      parameters: { type: "object", properties: { value: { type: "string" } }, required: ["value"] }
    }
  }
]
const ask = { model: "claude-second", messages: [{ role: "user" as const, content: "Hello" }] }

/** The body that the upstream gets next. */
const nextBody = async (place: number) => JSON.parse((await server().upstream.call(place)).text)

describe("OpenAI's SDK over an Anthropic upstream", () => {
  it("gets words, whole and streamed, with the tokens", async () => {
    server().upstream.play(messageOf(textBlock(0, "Hello ", "from afar"), messageEnd()))
    const whole = await server().openai.chat.completions.create(ask)
    assert.deepInclude(whole.choices[0], { finish_reason: "stop" })
    assert.strictEqual(whole.choices[0]?.message.content, "Hello from afar")
    assert.deepInclude(whole.usage, { prompt_tokens: 100, completion_tokens: 10 })
    const streamed = server().openai.chat.completions.stream({ ...ask, stream_options: { include_usage: true } })
    assert.strictEqual(await streamed.finalContent(), "Hello from afar")
    assert.deepInclude(await streamed.totalUsage(), { prompt_tokens: 100, completion_tokens: 10 })
  })

  it("ends a stream with [DONE]", async () => {
    const response = await server().post({ ...ask, stream: true }, undefined, "/v1/chat/completions")
    assert.match(await response.text(), /data: \[DONE\]\n\n$/)
  })

  it("calls tools, and brings their results back", async () => {
    server().upstream.play(messageOf(callBlock(0, "toolu_1", "Bash", { value: "ls" }), messageEnd("tool_use")))
    const place = server().upstream.calls.length
    const { choices } = await server()
      .openai.chat.completions.stream({ ...ask, tools })
      .finalChatCompletion()
    const [call] = choices[0]?.message.tool_calls ?? []
    assert.strictEqual(choices[0]?.finish_reason, "tool_calls")
    assert.deepInclude(call, { id: "toolu_1", type: "function" })
    assert.deepStrictEqual(call?.type === "function" ? JSON.parse(call.function.arguments) : {}, { value: "ls" })
    assert.deepInclude((await nextBody(place)).tools[0], { name: "Bash" })

    server().upstream.play(messageOf(textBlock(0, "done"), messageEnd()))
    const [message] = choices.map((choice) => choice.message)
    await server().openai.chat.completions.create({
      ...ask,
      tools,
      messages: [
        ...ask.messages,
        ...(message === undefined ? [] : [message]),
        { role: "tool", tool_call_id: "toolu_1", content: "a.txt" }
      ]
    })
    const { messages } = await nextBody(place + 1)
    assert.deepInclude(messages[1].content[0], { type: "tool_use", id: "toolu_1", input: { value: "ls" } })
    assert.deepInclude(messages[2].content[0], { type: "tool_result", tool_use_id: "toolu_1" })
  })

  it("calls tools in a whole answer as well", async () => {
    server().upstream.play(messageOf(callBlock(0, "toolu_1", "Bash", { value: "ls" }), messageEnd("tool_use")))
    const { choices } = await server().openai.chat.completions.create({ ...ask, tools })
    assert.strictEqual(choices[0]?.finish_reason, "tool_calls")
    assert.deepStrictEqual(choices[0]?.message.tool_calls, [
      { id: "toolu_1", type: "function", function: { name: "Bash", arguments: '{"value":"ls"}' } }
    ])
  })

  it("is answered in Responses as well, whole and streamed", async () => {
    server().upstream.play(messageOf(textBlock(0, "Hello"), messageEnd()))
    const request = { model: "claude-first", input: "Hi" }
    assert.strictEqual((await server().openai.responses.create(request)).output_text, "Hello")
    assert.strictEqual((await server().openai.responses.stream(request).finalResponse()).output_text, "Hello")
  })

  it("lists the upstream's models, and takes them by name; any other name is the first", async () => {
    server().upstream.play(messageOf(textBlock(0, "x"), messageEnd()))
    const listed = await server().openai.models.list()
    assert.deepStrictEqual(
      listed.data.map(({ id }) => id),
      ["claude-first", "claude-second"]
    )
    for (const [asked, sent] of [
      ["claude-second", "claude-second"],
      ["gpt-5", "claude-first"]
    ] as const) {
      const place = server().upstream.calls.length
      await server().openai.chat.completions.create({ ...ask, model: asked })
      assert.strictEqual((await nextBody(place)).model, sent)
    }
  })

  it("asks a model for no longer an answer than the upstream says it writes", async () => {
    server().upstream.play(messageOf(textBlock(0, "x"), messageEnd()))
    for (const [model, bound] of [
      ["claude-first", 32_000],
      ["claude-second", 8192]
    ] as const) {
      const place = server().upstream.calls.length
      await server().openai.chat.completions.create({ ...ask, model })
      assert.strictEqual((await nextBody(place)).max_tokens, bound)
    }
  })

  it("sends the key, one session for the life of the program, and the configured headers; nobody's identity is forged", async () => {
    const place = server().upstream.calls.length
    for (let round = 0; round < 2; round++) await server().openai.chat.completions.create(ask)
    const [first, second] = await Promise.all([server().upstream.call(place), server().upstream.call(place + 1)])
    assert.deepInclude(first?.headers, {
      "x-api-key": key,
      "anthropic-version": "2023-06-01",
      "x-extra": "more",
      "user-agent": "pensieve"
    })
    assert.match(String(first?.headers["x-session-id"]), /^[0-9a-f-]{36}$/)
    assert.strictEqual(first?.headers["x-session-id"], second?.headers["x-session-id"])
    assert.notInclude(JSON.stringify(server().upstream.seen.map(({ headers, text }) => [headers, text])), token)
    assert.notInclude(server().log(), key)
  })
})

describe("what goes wrong", () => {
  const refused = async (status: number, type = "invalid_request_error") => {
    server().upstream.play(jsonAnswer({ type: "error", error: { type, message: `oops ${key}` } }, status))
    const response = await server().post(ask, undefined, "/v1/chat/completions")
    const text = await response.text()
    assert.notInclude(text, key)
    return response.status
  }

  it("with the request is a 400", async () => {
    assert.strictEqual(await refused(400), 400)
    const bad = await server().post({ ...ask, messages: "no" }, undefined, "/v1/chat/completions")
    assert.strictEqual(bad.status, 400)
  })

  it("with the upstream is a 502; limits keep their status", async () => {
    for (const status of [500, 502, 503]) assert.strictEqual(await refused(status, "api_error"), 502)
    assert.strictEqual(await refused(429, "rate_limit_error"), 429)
    assert.strictEqual(await refused(529, "overloaded_error"), 529)
  })

  it("in the middle of a stream is an error in the stream", async () => {
    server().upstream.play({ steps: [messageStart, textBlock(0, "half"), "die"] })
    const response = await server().post({ ...ask, stream: true }, undefined, "/v1/chat/completions")
    const text = await response.text()
    assert.match(text, /half/)
    assert.match(text, /"upstream_failed"/)
    assert.notMatch(text, /"finish_reason":"stop"/)
  })

  it("in an answer that is read as a whole is a 502", async () => {
    const error = { type: "error", error: { type: "api_error", message: "broken" } }
    server().upstream.play({ steps: [messageStart, textBlock(0, "half"), messageEvent(error)] })
    const response = await server().post(ask, undefined, "/v1/chat/completions")
    assert.strictEqual(response.status, 502)
  })

  it("when the client leaves hangs up on the upstream within a second", async () => {
    server().upstream.play({ steps: [messageStart, textBlock(0, "hi"), "hang"] })
    const place = server().upstream.calls.length
    const aborter = new AbortController()
    const pending = server()
      .post({ ...ask, stream: true }, aborter.signal, "/v1/chat/completions")
      .then((response) => response.text())
      .catch(() => undefined)
    const call = await server().upstream.call(place)
    const leftAt = Date.now()
    aborter.abort()
    assert.isBelow((await call.hungUp) - leftAt, 1000)
    await pending
  })
})

describe("the client's own key", () => {
  const own = oneServer({
    upstream: { routes, script: messageOf(textBlock(0, "hi"), messageEnd()) },
    anthropic: { keyFrom: "client" }
  })

  it("goes from the bearer into x-api-key", async () => {
    const openai = new OpenAI({
      baseURL: `${own().base}/v1`,
      apiKey: "my-own-key",
      defaultHeaders: { "x-api-key": token },
      maxRetries: 0
    })
    await openai.chat.completions.create(ask)
    const { headers } = await own().upstream.call(0)
    assert.propertyVal(headers, "x-api-key", "my-own-key")
    assert.notProperty(headers, "authorization")
    assert.notInclude(own().log(), "my-own-key")
  })
})

describe("an Anthropic upstream that is not there", () => {
  const gone = oneServer({ upstream: { routes }, anthropic: {} })

  it("is a 502 for OpenAI's clients", async () => {
    await gone().upstream.stop()
    const response = await gone().post(ask, undefined, "/v1/chat/completions")
    assert.strictEqual(response.status, 502)
    assert.match(await response.text(), /cannot be reached/)
  })
})
