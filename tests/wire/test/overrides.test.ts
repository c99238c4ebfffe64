import { says } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { question, tools } from "../src/wired-server.ts"

const list = { data: [{ id: "blind" }, { id: "other" }] }
const server = oneServer({
  upstream: { script: says("fine"), routes: { "GET /v1/models": list } },
  backend: {
    models: { blind: { images: false, tools: "prompted", reasoning: false, window: 5000 } },
    otherModels: { images: true, window: 9000 }
  }
})

const picture = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgoAAAANSUhEUg==" }
}

/** What the upstream gets of a request with a picture, tools and thinking. */
const sentFor = async (model: string) => {
  const { upstream, post } = server()
  const before = upstream.calls.length
  const messages = [{ role: "user", content: [picture, { type: "text", text: "What is it?" }] }]
  const thinking = { type: "enabled", budget_tokens: 1024 }
  const response = await post({ ...question, model, max_tokens: 2000, messages, tools, thinking })
  assert.strictEqual(response.status, 200)
  return JSON.parse(upstream.calls[before]?.text ?? "{}") as Readonly<Record<string, unknown>>
}

describe("what the user says of a model", () => {
  it("replaces what its server tells", async () => {
    const blind = await sentFor("blind")
    assert.notInclude(JSON.stringify(blind["messages"]), "image_url")
    assert.isUndefined(blind["tools"])
    assert.include(JSON.stringify(blind["messages"]), "Bash something")
    assert.isUndefined(blind["reasoning_effort"])
  })

  it("says nothing of the others", async () => {
    const other = await sentFor("other")
    assert.include(JSON.stringify(other["messages"]), "image_url")
    assert.isDefined(other["tools"])
  })

  it("is told to clients", async () => {
    const { data } = await server().anthropic.models.list()
    assert.deepStrictEqual(
      data.map(({ id, max_input_tokens }) => [id, max_input_tokens]),
      [
        ["blind", 5000],
        ["other", 9000]
      ]
    )
  })
})
