import Anthropic from "@anthropic-ai/sdk"
import {
  messageEnd,
  messageOf,
  type Proxy,
  says,
  type ScriptedUpstream,
  startProxy,
  startUpstream,
  textBlock,
  until
} from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, beforeEach, describe, it } from "vitest"

const config = (near: string, far: string) => `
backends:
  near: {kind: openai, url: "${near}", key: "\${NEAR_KEY}"}
  far: {kind: anthropic, url: "${far}", key: far-key}
models:
  coder:
    targets: ["near,coder-7b"]
    aliases: ["claude-*-custom"]
    window: 9000
    sampling: {temperature: 0.25, topK: 20}
  big: {targets: [far]}
router:
  default: coder
  background: near
  tiers: {opus: big}
  rules:
    - {name: shop, when: {project: "*/shop"}, use: "near,shop-model"}
`

const question = {
  model: "claude-sonnet-5",
  max_tokens: 40,
  messages: [{ role: "user" as const, content: "Say hello" }]
}

describe("a configuration with several backends", () => {
  let near: ScriptedUpstream
  let far: ScriptedUpstream
  let proxy: Proxy
  let client: Anthropic

  beforeAll(async () => {
    const models = { data: [{ id: "coder-7b" }, { id: "small-1b" }] }
    near = await startUpstream({ script: says("near"), routes: { "GET /v1/models": models } })
    const answer = messageOf(textBlock(0, "far"), messageEnd())
    far = await startUpstream({ script: answer, routes: { "GET /v1/models": { data: [{ id: "claude-opus-5" }] } } })
    proxy = await startProxy({ config: config(near.url, far.url), env: { NEAR_KEY: "near-key" } })
    client = new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })
  })
  afterAll(async () => {
    await proxy.stop()
    await near.stop()
    await far.stop()
  })
  let nearSeen = 0
  let farSeen = 0
  beforeEach(() => {
    nearSeen = near.calls.length
    farSeen = far.calls.length
  })

  /** The route that the header names, and the body that the upstream got. */
  const ask = async (more: object = {}) => {
    const { response } = await client.messages.create({ ...question, ...more }).withResponse()
    const call = near.calls[nearSeen] ?? far.calls[farSeen]
    return {
      route: response.headers.get("x-pensieve-route"),
      body: JSON.parse(call?.text ?? "{}") as Record<string, unknown>,
      headers: call?.headers ?? {}
    }
  }

  it("sends what no rule is for to the default model, by that server's name of it, with its sampling", async () => {
    const { route, body, headers } = await ask()
    assert.strictEqual(route, "near/coder-7b; rule=default")
    assert.deepStrictEqual([body["model"], body["temperature"], body["top_k"]], ["coder-7b", 0.25, 20])
    assert.strictEqual(headers["authorization"], "Bearer near-key")
  })

  it("leaves the sampling that a request names", async () => {
    assert.strictEqual((await ask({ temperature: 1 })).body["temperature"], 1)
  })

  it("answers an alias, and echoes the model that was asked for", async () => {
    const message = await client.messages.create({ ...question, model: "claude-next-custom" })
    assert.strictEqual(message.model, "claude-next-custom")
    assert.strictEqual((await ask({ model: "claude-next-custom" })).route, "near/coder-7b; rule=alias")
  })

  it("passes a tier on to the service that speaks the client's API, byte for byte", async () => {
    const { route, body, headers } = await ask({ model: "claude-opus-5" })
    assert.strictEqual(route, "far/claude-opus-5; rule=tier")
    assert.deepStrictEqual(body, { ...question, model: "claude-opus-5" })
    assert.strictEqual(headers["x-api-key"], "far-key")
  })

  it("obeys backend and model in one name", async () => {
    const { route, body } = await ask({ model: "near,small-1b" })
    assert.strictEqual(route, "near/small-1b; rule=explicit")
    assert.strictEqual(body["model"], "small-1b")
  })

  it("lets a server choose where only the backend is named", async () => {
    const { route, body } = await ask({ model: "claude-haiku-4-5" })
    assert.strictEqual(route, "near/coder-7b; rule=background")
    assert.strictEqual(body["model"], "coder-7b")
  })

  it("takes a subagent's tag for the router, and out of the prompt", async () => {
    const tag = "<PENSIEVE-SUBAGENT-MODEL>near,small-1b</PENSIEVE-SUBAGENT-MODEL>"
    const { route, body } = await ask({ messages: [{ role: "user", content: `${tag}Find it` }] })
    assert.strictEqual(route, "near/small-1b; rule=subagentTag")
    assert.notInclude(JSON.stringify(body), "SUBAGENT-MODEL")
    assert.include(JSON.stringify(body), "Find it")
    const passed = await ask({
      messages: [{ role: "user", content: "<CCR-SUBAGENT-MODEL>big</CCR-SUBAGENT-MODEL>Find it" }]
    })
    assert.match(passed.route ?? "", /^far\/.*; rule=subagentTag$/)
    assert.deepStrictEqual(passed.body["messages"], [{ role: "user", content: "Find it" }])
  })

  it("knows a project by its folder", async () => {
    const { route } = await ask({ system: "Primary working directory: /home/me/shop\n" })
    assert.strictEqual(route, "near/shop-model; rule=rules.shop")
  })

  it("routes OpenAI's clients by the same rules", async () => {
    const response = await fetch(`${proxy.base}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${proxy.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "big", messages: [{ role: "user", content: "Hi" }] })
    })
    assert.strictEqual(response.headers.get("x-pensieve-route"), "far/claude-opus-5; rule=explicit")
    assert.include(await response.text(), "far")
  })

  it("counts where the answer would come from", async () => {
    const { input_tokens } = await client.messages.countTokens({ model: "x", messages: question.messages })
    assert.isAbove(input_tokens, 0)
    const { response } = await client.messages.countTokens({ model: "big", messages: question.messages }).then(
      () => assert.fail("the scripted service counts nothing"),
      (error: { readonly headers?: Headers }) => ({ response: error })
    )
    assert.match(response.headers?.get("x-pensieve-route") ?? "", /^far\//)
  })

  it("lists the models of the configuration and of every backend", async () => {
    const { data } = await client.models.list({ limit: 100 })
    assert.deepStrictEqual(
      data.map(({ id, max_input_tokens }) => [id, max_input_tokens]),
      [
        ["coder", 9000],
        ["big", null],
        ["near,coder-7b", 9000],
        ["near,small-1b", null],
        ["far,claude-opus-5", null]
      ]
    )
    assert.strictEqual((await client.models.retrieve("claude-x-custom")).max_input_tokens, 9000)
  })

  it("logs where each request went, and no key", async () => {
    await ask()
    await until(
      "the line is there",
      5000,
      () => /answer .*route="near\/coder-7b; rule=default"/.test(proxy.log()) || undefined
    )
    assert.notMatch(proxy.log(), /near-key|far-key/)
  })
})

describe("a mode", () => {
  it("answers by the backend of that name, whatever the file's default is", async () => {
    const server = await startUpstream({ script: says("moded") })
    const text = `router: {default: mlx}\nbackends: {lmstudio: {url: "${server.url}"}}\n`
    const proxy = await startProxy({ config: text, args: ["--mode", "lmstudio"] })
    const client = new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })
    const { data, response } = await client.messages.create(question).withResponse()
    assert.strictEqual(response.headers.get("x-pensieve-route"), "lmstudio/scripted-model; rule=default")
    assert.include(JSON.stringify(data.content), "moded")
    assert.isEmpty(proxy.children())
    await proxy.stop()
    await server.stop()
  })
})
