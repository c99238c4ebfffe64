import Anthropic from "@anthropic-ai/sdk"
import {
  jsonAnswer,
  messageEnd,
  messageOf,
  places,
  type Proxy,
  says,
  type ScriptedUpstream,
  startMlxLmServer,
  startProxy,
  startUpstream,
  textBlock
} from "@pensieve/test-harness"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

const question = {
  model: "claude-opus-4",
  max_tokens: 40,
  messages: [{ role: "user" as const, content: "Say hello in 5 words" }]
}
const client = (proxy: Proxy) =>
  new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })
const textOf = (message: Anthropic.Message) =>
  message.content.map((block) => (block.type === "text" ? block.text : "")).join("")

describe("pensieve start --upstream", () => {
  let upstream: ScriptedUpstream
  let proxy: Proxy | undefined
  beforeEach(async () => {
    upstream = await startUpstream({ script: says("Hello from afar") })
  })
  afterEach(async () => {
    await proxy?.stop()
    proxy = undefined
    await upstream.stop()
  })

  it("answers by that server: no model, no Python, no child process", async () => {
    proxy = await startProxy({ args: ["--upstream", upstream.url] })
    assert.strictEqual(textOf(await client(proxy).messages.create(question)), "Hello from afar")
    assert.deepStrictEqual(proxy.children(), [])
    assert.match(proxy.log(), new RegExp(`Upstream: ${upstream.url} `))
    const models = await client(proxy).models.list()
    assert.deepStrictEqual(
      models.data.map(({ id }) => id),
      ["scripted-model"]
    )
  })

  it("sends the key of the environment to it, and neither logs it nor lets the client's token through", async () => {
    const key = "canary-key-0815"
    upstream.play(jsonAnswer({ error: { message: `Incorrect API key provided: ${key}` } }, 401))
    proxy = await startProxy({
      args: ["--upstream", upstream.url, "--log-level", "debug"],
      env: { PENSIEVE_UPSTREAM_KEY: key }
    })
    await client(proxy)
      .messages.create(question)
      .then(
        () => assert.fail("it succeeded"),
        (error: Error) => assert.notInclude(error.message, key)
      )
    for (const { headers } of upstream.seen) assert.strictEqual(headers.authorization, `Bearer ${key}`)
    assert.notInclude(JSON.stringify(upstream.seen.map(({ headers, text }) => [headers, text])), proxy.token)
    assert.notInclude(proxy.log(), key)
  })

  it("lets the user name the model and bound the window", async () => {
    proxy = await startProxy({
      args: ["--upstream", `${upstream.url}/v1`, "--upstream-model", "my-model", "--window", "5000"]
    })
    await client(proxy).messages.create(question)
    assert.include((await upstream.call(0)).text, '"model":"my-model"')
    assert.strictEqual((await client(proxy).models.retrieve("any")).max_input_tokens, 5000)
  })

  it("is up before the server is, and says what to do", async () => {
    const { url } = upstream
    await upstream.stop()
    proxy = await startProxy({ args: ["--upstream", url], unready: true })
    const health = await fetch(`${proxy.base}/health`)
    assert.strictEqual(health.status, 503)
    await client(proxy)
      .messages.create(question)
      .then(
        () => assert.fail("it succeeded"),
        (error: Error) => assert.match(error.message, /503 .*cannot be reached .*Start it/)
      )
  })

  for (const [args, words] of [
    [["--upstream", "http://me:pw@localhost:1"], /--upstream must hold neither .* PENSIEVE_UPSTREAM_KEY/],
    [["--upstream", "http://localhost:1", "--model", "demo"], /--model names a model of this machine/],
    [["--upstream", "ftp://host"], /--upstream must be the address of a server/],
    [["--upstream", "http://localhost:1", "--upstream-kind", "other"], /--upstream-kind must be/],
    [["--upstream", "http://localhost:1", "--upstream-key-from", "client"], /Add --upstream-kind anthropic/]
  ] as const)
    it(`refuses ${args.join(" ")} in one line`, async () => {
      await startProxy({ args }).then(
        () => assert.fail("it started"),
        (error: Error) => assert.match(error.message, words)
      )
    })
})

describe("pensieve start --upstream-kind anthropic", () => {
  it("passes Anthropic's clients on with the key of the environment and the configured headers", async () => {
    const upstream = await startUpstream({
      routes: { "GET /v1/models": { data: [{ id: "claude-scripted", max_input_tokens: 200_000 }] } },
      script: messageOf(textBlock(0, "Hello from afar"), messageEnd())
    })
    const proxy = await startProxy({
      args: ["--upstream", `${upstream.url}/v1`, "--upstream-kind", "anthropic"],
      env: { PENSIEVE_UPSTREAM_KEY: "canary-key-0815", PENSIEVE_UPSTREAM_HEADERS: "{X-Team: canary-team}" }
    })
    try {
      const message = await client(proxy).messages.stream(question).finalMessage()
      assert.strictEqual(textOf(message), "Hello from afar")
      assert.strictEqual(message.id, "msg_upstream")
      assert.deepInclude((await upstream.call(0)).headers, { "x-api-key": "canary-key-0815", "x-team": "canary-team" })
      assert.notInclude(JSON.stringify(upstream.seen.map(({ headers, text }) => [headers, text])), proxy.token)
      assert.notMatch(proxy.log(), /canary/)
    } finally {
      await proxy.stop()
      await upstream.stop()
    }
  })
})

describe("a real mlx_lm.server as upstream", () => {
  it("answers, streams and calls tools", async () => {
    const server = await startMlxLmServer(places.demoModel)
    const proxy = await startProxy({ args: ["--upstream", server.url] })
    try {
      assert.match(proxy.log(), /kind=mlx_lm\.server/)
      const whole = await client(proxy).messages.create(question)
      assert.match(textOf(whole), /^(\S+ ){4}\S+$/)
      const streamed = await client(proxy).messages.stream(question).finalMessage()
      assert.deepStrictEqual(streamed.content, whole.content)
      assert.isAbove(streamed.usage.cache_read_input_tokens ?? 0, 0)
      const called = await client(proxy).messages.create({
        ...question,
        messages: [{ role: "user", content: "Read notes.txt" }],
        tools: [
          {
            name: "Read",
            description: "Reads a file",
            input_schema: { type: "object", properties: { file_path: { type: "string" } }, required: ["file_path"] }
          }
        ]
      })
      assert.deepInclude(called.content[0], { type: "tool_use", name: "Read", input: { file_path: "notes.txt" } })
      assert.strictEqual(called.stop_reason, "tool_use")
    } finally {
      await proxy.stop()
      await server.stop()
    }
  }, 120_000)
})
