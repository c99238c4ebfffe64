import Anthropic from "@anthropic-ai/sdk"
import { makeCommandHome, says, startProxy, startUpstream, tinyModelOf } from "@pensieve/test-harness"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const question = { model: "m", max_tokens: 8, messages: [{ role: "user" as const, content: "Hello there" }] }

describe("a model with settings of its own", () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pensieve-template-"))
    writeFileSync(join(folder, "short.jinja"), "{{ messages[-1].content[:1] }}")
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("answers by the user's template, with a cache in fewer bits", async () => {
    const args = ["--kv-bits", "8", "--chat-template", join(folder, "short.jinja")]
    const proxy = await startProxy({ model: await tinyModelOf({ family: "qwen3" }), args })
    try {
      const client = new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })
      const { usage, content } = await client.messages.create(question)
      assert.strictEqual(usage.input_tokens + (usage.cache_read_input_tokens ?? 0), 1)
      assert.isNotEmpty(content)
    } finally {
      await proxy.stop()
    }
  })
})

describe("a proxy without a model", () => {
  it("starts no engine, and lets a server answer", async () => {
    const upstream = await startUpstream({ script: says("from afar") })
    const proxy = await startProxy({ args: ["--proxy-only", "--upstream", upstream.url] })
    try {
      const client = new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })
      const { content } = await client.messages.create(question)
      assert.deepInclude(content[0], { type: "text", text: "from afar" })
      assert.isEmpty(proxy.children())
    } finally {
      await proxy.stop()
      await upstream.stop()
    }
  })

  it("says who could answer, when nobody is named", async () => {
    const home = await makeCommandHome()
    try {
      const { code, stderr } = await home.run(["start", "--port", "0", "--proxy-only"])
      assert.strictEqual(code, 2)
      assert.match(stderr, /--proxy-only is true, and there is no server that could answer/)
    } finally {
      await home.close()
    }
  })
})
