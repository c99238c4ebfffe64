import { says } from "@pensieve/test-harness"
import { afterEach, assert, describe, it } from "vitest"
import { question, startWired, type Wired } from "../src/wired-server.ts"

describe("a proper answer", () => {
  let wired: Wired
  afterEach(() => wired.stop())

  it("reaches the client", async () => {
    wired = await startWired({ upstream: { script: says("Hello there") } })
    const message = await wired.anthropic.messages.create(question)
    console.log(
      message,
      wired.log(),
      wired.upstream.calls[0]?.text,
      wired.upstream.seen.map((c) => c.method + c.path)
    )
    const streamed = await wired.anthropic.messages.stream(question).finalMessage()
    assert.deepStrictEqual(streamed.content, message.content)
  })
})
