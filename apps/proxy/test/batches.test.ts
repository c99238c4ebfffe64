import Anthropic from "@anthropic-ai/sdk"
import { type Proxy, startProxy, tinyModel, until } from "@pensieve/test-harness"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const client = (proxy: Proxy) => new Anthropic({ baseURL: proxy.base, apiKey: proxy.token, maxRetries: 0 })

const requests = Array.from({ length: 6 }, (_, index) => ({
  custom_id: `request-${index}`,
  params: {
    model: "m",
    max_tokens: 32,
    temperature: 0,
    messages: [{ role: "user" as const, content: `Question ${index}` }]
  }
}))

describe("a message batch on a real model", () => {
  let home = ""
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "pensieve-batches-"))
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const start = async () => startProxy({ model: await tinyModel("long"), env: { PENSIEVE_HOME: home } })

  /** The results on the disk, as far as they are whole lines. */
  const written = (id: string): ReadonlyArray<string> => {
    const file = join(home, "batches", id, "results.jsonl")
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []
  }

  it("goes on after the proxy was killed, and answers each request once", async () => {
    const first = await start()
    const { id } = await client(first).messages.batches.create({ requests })
    await until("a result is written", 30_000, () => (written(id).length > 0 ? true : undefined))
    first.process.kill("SIGKILL")
    await first.stop()
    const before = written(id)
    const second = await start()
    try {
      const ended = await until("the batch has ended", 60_000, async () => {
        const batch = await client(second).messages.batches.retrieve(id)
        return batch.processing_status === "ended" ? batch : undefined
      })
      assert.strictEqual(ended.request_counts.succeeded, requests.length)
      assert.deepStrictEqual(written(id).slice(0, before.length), before)
      const names: Array<string> = []
      for await (const { custom_id, result } of await client(second).messages.batches.results(id)) {
        names.push(custom_id)
        assert.strictEqual(result.type === "succeeded" && result.message.usage.output_tokens, 32)
      }
      assert.deepStrictEqual(
        names.sort(),
        requests.map(({ custom_id }) => custom_id)
      )
    } finally {
      await second.stop()
    }
  }, 120_000)
})
