import { delta, type UpstreamAnswer, words } from "@pensieve/test-harness"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { question, startWired, tools, type Wired } from "../src/wired-server.ts"

const role = delta({ role: "assistant", content: "" })
const never = new Promise<never>(() => undefined)
const half = delta({ tool_calls: [{ index: 0, id: "c", function: { name: "Bash", arguments: '{"value":"x' } }] })

const phases: ReadonlyArray<readonly [string, UpstreamAnswer]> = [
  ["before the upstream sends headers", { before: [{ until: never }], steps: [] }],
  ["while it prefills without a word", { steps: ["hang"] }],
  ["while it prefills with comments", { steps: [": keepalive 1/9\n\n", "hang"] }],
  ["while it thinks", { steps: [role, delta({ reasoning_content: "hm" }), "hang"] }],
  ["while it writes words", { steps: [role, words("Hello"), "hang"] }],
  ["while it writes a call", { steps: [role, half, "hang"] }]
]

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe("a client that goes away", () => {
  let wired: Wired
  beforeEach(async () => {
    wired = await startWired()
  })
  afterEach(() => wired.stop())

  for (const [phase, answer] of phases)
    for (const stream of [true, false])
      it(`${phase} hangs up on the upstream within a second (${stream ? "streaming" : "whole"})`, async () => {
        wired.upstream.play(answer)
        const aborter = new AbortController()
        const pending = wired
          .post({ ...question, tools, stream }, aborter.signal)
          .then((response) => response.text())
          .catch(() => undefined)
        const call = await wired.upstream.call(0)
        // Long enough for what the upstream has said to be on its way to the client.
        await wait(50)
        const leftAt = Date.now()
        aborter.abort()
        assert.isBelow((await call.hungUp) - leftAt, 1000)
        await pending
      })

  it("leaves nothing behind for the next one", async () => {
    wired.upstream.play({ steps: [role, words("Hello"), "hang"] })
    for (let round = 0; round < 5; round++) {
      const aborter = new AbortController()
      const response = await wired.post({ ...question, stream: true }, aborter.signal)
      await response.body?.getReader().read()
      aborter.abort()
      await (
        await wired.upstream.call(round)
      ).hungUp
    }
    wired.upstream.play({ steps: [words("Still here"), delta({}, "stop")] })
    const message = await wired.anthropic.messages.create(question)
    assert.deepInclude(message.content[0], { type: "text", text: "Still here" })
  })
})

describe("an answer that is complete", () => {
  it("is not hung up on, so that the connection serves again", async () => {
    const wired = await startWired({
      upstream: { script: { steps: [words("x"), delta({}, "stop"), "data: [DONE]\n\n"] } }
    })
    try {
      const sockets = new Set<number | undefined>()
      for (let round = 0; round < 6; round++) {
        await wired.anthropic.messages.create(question)
        sockets.add((await wired.upstream.call(round)).clientPort)
        await wait(20)
      }
      // The probe may have left two.
      assert.isAtMost(sockets.size, 2)
    } finally {
      await wired.stop()
    }
  })
})
