import { delta, jsonAnswer, sse, type UpstreamAnswer, words } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { question } from "../src/wired-server.ts"
import { Redacted } from "effect"

const key = "canary-4711-of-the-upstream"
const server = oneServer({ backend: { key: Redacted.make(key) } })

const ask = async (answer: UpstreamAnswer, path = "/v1/messages", stream = true) => {
  const { upstream, post } = server()
  upstream.play(answer)
  const response = await post({ ...question, stream }, undefined, path)
  const text = await response.text()
  const body = JSON.parse(text) as { readonly error: { readonly type: string; readonly message: string } }
  return { status: response.status, headers: response.headers, text, ...body.error }
}

const refusal = (status: number, message = "oops", headers = {}) => jsonAnswer({ error: { message } }, status, headers)

describe("an error of an upstream that comes at once", () => {
  for (const [status, type, told] of [
    [400, "invalid_request_error", 400],
    [401, "authentication_error", 401],
    [402, "billing_error", 402],
    [403, "permission_error", 403],
    [404, "not_found_error", 404],
    [413, "request_too_large", 413],
    [422, "invalid_request_error", 400],
    [429, "rate_limit_error", 429],
    [500, "api_error", 500],
    [502, "api_error", 500],
    [503, "api_error", 503],
    [504, "timeout_error", 504],
    [529, "overloaded_error", 529]
  ] as const)
    it(`keeps its status: ${status}`, async () => {
      for (const stream of [true, false]) {
        const error = await ask(refusal(status), "/v1/messages", stream)
        assert.deepStrictEqual([error.status, error.type], [told, type])
        assert.include(error.message, "oops")
        assert.isNotNull(error.headers.get("request-id"))
      }
    })

  it("about a quota that is used up is no limit that waiting ends", async () => {
    const quota = { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" }
    const error = await ask(jsonAnswer({ error: quota }, 429))
    assert.deepStrictEqual([error.status, error.type], [402, "billing_error"])
    assert.strictEqual(error.headers.get("x-should-retry"), "false")
  })

  it("is told in OpenAI's shape on OpenAI's routes", async () => {
    const error = await ask(refusal(429), "/v1/chat/completions")
    assert.deepStrictEqual([error.status, error.type], [429, "rate_limit_error"])
  })

  it("tells how long to wait, when the upstream does", async () => {
    for (const [header, seconds] of [
      [{ "retry-after": "17" }, "17"],
      [{ "retry-after": "300" }, "60"],
      [{ "retry-after": new Date(Date.now() + 30_000).toUTCString() }, /^(29|30)$/],
      [{ "retry-after-ms": "4000" }, "4"]
    ] as const) {
      const { headers } = await ask(refusal(429, "slow down", header))
      assert.match(headers.get("retry-after") ?? "", new RegExp(seconds))
    }
  })

  it("as the first thing in a stream has a status as well", async () => {
    const overflow = { error: { message: "request (40000 tokens) exceeds the available context size (32768 tokens)" } }
    const error = await ask({ steps: [sse(overflow)] })
    assert.deepStrictEqual([error.status, error.message], [400, "prompt is too long: 40000 tokens > 32768 maximum"])
    const event = await ask({ steps: [`event: error\n${sse({ error: { message: "bad thing", code: 400 } })}`] })
    assert.strictEqual(event.status, 400)
  })
})

describe("what an upstream must not tell a client", () => {
  const secrets: ReadonlyArray<readonly [string, string, RegExp]> = [
    ["its key", JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } }), /canary/],
    ["a key that looks like one", "invalid key sk-proj-abcdefghij1234567890 given", /abcdefghij/],
    ["a key half hidden", "invalid key sk-proj-abcd****7890 given", /7890/],
    ["a header with its key", `upstream got Bearer ${key}`, /canary/],
    [
      "an HTML page",
      "<html><head><title>Bad Gateway</title></head><body><script>x()</script></body></html>",
      /<|script/
    ],
    [
      "a stack trace",
      'Traceback (most recent call last):\n  File "/srv/secret/app.py", line 3\nValueError: no',
      /secret|File/
    ],
    ["the trace of a Node server", "it broke\n    at f (/srv/secret/app.js:1:2)", /secret/]
  ]
  for (const [what, body, leak] of secrets)
    it(`is ${what}`, async () => {
      for (const status of [401, 400, 500]) {
        const { text } = await ask({ status, headers: { "content-type": "text/html" }, steps: [body] })
        assert.notMatch(text, leak)
      }
      assert.notInclude(server().log(), key)
    })

  it("is a key in an error inside a stream", async () => {
    const { upstream, post } = server()
    upstream.play({ steps: [words("Hi"), sse({ error: { message: `bad key ${key}` } })] })
    const text = await (await post({ ...question, stream: true })).text()
    assert.match(text, /event: error/)
    assert.notInclude(text, key)
  })
})

describe("an answer that is none", () => {
  for (const [what, body] of [
    ["HTML", "<html><body>Welcome</body></html>"],
    ["garbage", '{"choices": [tru'],
    ["nothing that is known", '{"hello": "world"}'],
    ["a page of text", "Unexpected endpoint or method. Returning 200 anyway"]
  ])
    it(`is an error: ${what} with status 200`, async () => {
      const error = await ask({ status: 200, headers: { "content-type": "text/html" }, steps: [body ?? ""] })
      assert.strictEqual(error.status, 500)
      assert.notMatch(error.message, /[<{]/)
    })

  it("does not keep the server from answering the next one", async () => {
    const { upstream, anthropic } = server()
    upstream.play({ steps: [words("fine"), delta({}, "stop")] })
    const message = await anthropic.messages.create(question)
    assert.deepInclude(message.content[0], { text: "fine" })
  })
})

describe("a prompt that does not fit", () => {
  const wordings: ReadonlyArray<readonly [string, number, string]> = [
    ["llama.cpp", 400, "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it"],
    [
      "vLLM",
      400,
      "You passed 40000 input tokens and requested 100 output tokens. However, the model's context length is only 32768 tokens, resulting in a maximum input length of 32668 tokens."
    ],
    [
      "LM Studio",
      400,
      "Trying to keep the first 40000 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens, which is not enough."
    ],
    [
      "OpenAI",
      400,
      "This model's maximum context length is 32768 tokens. However, your messages resulted in 40000 tokens. Please reduce the length of the messages."
    ],
    ["MLX", 500, "Prompt too long: 40000 tokens exceeds max context window of 32768 tokens"]
  ]
  for (const [name, status, message] of wordings)
    it(`is told in the words Claude Code knows, whatever ${name} says`, async () => {
      const before = server().upstream.calls.length
      const error = await ask(refusal(status, message))
      assert.deepStrictEqual([error.status, error.message], [400, "prompt is too long: 40000 tokens > 32768 maximum"])
      assert.lengthOf(server().upstream.calls, before + 1)
    })

  it("is told in words Claude Code knows where the upstream gives no numbers", async () => {
    const error = await ask(refusal(400, "the input length exceeds the context length"))
    assert.strictEqual(error.status, 400)
    assert.match(error.message, /^Input is too long for requested model/)
  })

  it("only because of the answer's bound is asked again with what room there is", async () => {
    const { upstream, post } = server()
    upstream.play((_, place) =>
      place === first
        ? refusal(
            400,
            "This model's maximum context length is 32768 tokens. However, you requested 52768 tokens (20000 in the messages, 32768 in the completion)."
          )
        : { steps: [words("fits"), delta({}, "stop")] }
    )
    const first = upstream.calls.length
    const response = await post({ ...question, max_tokens: 32768 })
    assert.strictEqual(response.status, 200)
    const bounds = upstream.calls
      .slice(first)
      .map(({ text }) => (JSON.parse(text) as { max_tokens: number }).max_tokens)
    assert.lengthOf(bounds, 2)
    assert.strictEqual(bounds[1], 12768)
  })
})
