import { answerOf, delta, words } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { question, tools } from "../src/wired-server.ts"

const window = 8192
/** It never tells how many tokens a prompt had, so the estimate stays what it was. */
const server = oneServer({ upstream: { script: answerOf(words("fine"), delta({}, "stop")) }, backend: { window } })

interface Sent {
  readonly max_tokens: number
  readonly messages: ReadonlyArray<unknown>
}

const ask = async (body: object) => {
  const { upstream, post } = server()
  const before = upstream.calls.length
  const response = await post({ ...question, ...body })
  const text = await response.text()
  const sent = upstream.calls.slice(before).map((call) => JSON.parse(call.text) as Sent)
  return { status: response.status, text, sent }
}

/** Four letters and a space: an upstream that has told nothing yet is thought to make 1.25 tokens of it. */
const long = "word ".repeat(6200)
const instruction = "CRITICAL: Respond with TEXT ONLY. Do NOT call any tools."

describe("the bound of an answer", () => {
  it("is cut to what the window leaves, without a word", async () => {
    const { status, sent } = await ask({ max_tokens: 128_000, messages: [{ role: "user", content: long }] })
    assert.strictEqual(status, 200)
    assert.isAbove(sent[0]?.max_tokens ?? 0, 0)
    assert.isBelow(sent[0]?.max_tokens ?? window, window - 1000)
  })

  it("stays where there is room for it", async () => {
    assert.strictEqual((await ask({ max_tokens: 50 })).sent[0]?.max_tokens, 50)
  })
})

describe("an agent's prompt that leaves no room to sum it up", () => {
  it("is refused in Anthropic's words with their status, streamed or not, and reaches no server", async () => {
    for (const stream of [true, false]) {
      const { status, text, sent } = await ask({ stream, tools, messages: [{ role: "user", content: long }] })
      const { error } = JSON.parse(text) as { readonly error: { readonly type: string; readonly message: string } }
      assert.deepStrictEqual([status, error.type, sent], [400, "invalid_request_error", []])
      assert.match(error.message, /^prompt is too long: \d+ tokens > 6827 maximum$/)
    }
  })

  it("is answered when it is to be summed up", async () => {
    const content = [long, instruction].map((text) => ({ type: "text", text }))
    const { status, sent } = await ask({ tools, messages: [{ role: "user", content }] })
    assert.strictEqual(status, 200)
    assert.include(JSON.stringify(sent[0]?.messages), long.trim())
  })
})
