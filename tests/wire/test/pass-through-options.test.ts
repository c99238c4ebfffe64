import { jsonAnswer, wholeMessage } from "@pensieve/test-harness"
import { Redacted } from "effect"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { question, token } from "../src/wired-server.ts"

const key = "canary-key-of-the-upstream"
const models = { data: [{ type: "model", id: "claude-scripted", max_input_tokens: 200_000 }], has_more: false }
const routes = { "GET /v1/models": models, "POST /v1/messages/count_tokens": { input_tokens: 4711 } }

const client = {
  authorization: `Bearer ${token}`,
  "content-type": "application/json",
  "anthropic-version": "2026-10-21",
  "anthropic-beta": "from-the-future-2030-01-01,other",
  "x-app": "cli"
}

describe("a model named for all", () => {
  const named = oneServer({ upstream: { routes }, anthropic: { model: "claude-named" } })

  it("replaces the value of `model`, and no other byte", async () => {
    named().upstream.play(jsonAnswer(wholeMessage([])))
    const text = '{ "max_tokens":1.0,\t"model" : "a\\u0062c", "messages":[{"model":"abc"}] }'
    await fetch(`${named().base}/v1/messages`, { method: "POST", headers: client, body: text })
    assert.strictEqual((await named().upstream.call(0)).text, text.replace('"a\\u0062c"', '"claude-named"'))
  })
})

describe("an upstream that takes the clients' own keys", () => {
  const own = oneServer({
    upstream: { routes, script: jsonAnswer(wholeMessage([])) },
    anthropic: { keyFrom: "client", key: Redacted.make(key), headers: { "X-Extra": "more" } }
  })
  const post = (headers: Readonly<Record<string, string>>) =>
    fetch(`${own().base}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(question)
    })

  it("gets the key that comes beside the local token, in its own header", async () => {
    await post({ authorization: `Bearer ${token}`, "x-api-key": "my-key" })
    assert.deepInclude((await own().upstream.call(0)).headers, { "x-api-key": "my-key", "x-extra": "more" })
    assert.notProperty((await own().upstream.call(0)).headers, "authorization")
    await post({ authorization: "Bearer my-subscription", "x-api-key": token })
    assert.propertyVal((await own().upstream.call(1)).headers, "authorization", "Bearer my-subscription")
    assert.notProperty((await own().upstream.call(1)).headers, "x-api-key")
  })

  it("gets none that is not the client's", async () => {
    const response = await post({ authorization: `Bearer ${token}` })
    assert.strictEqual(response.status, 401)
    assert.match(await response.text(), /brings none/)
  })
})
