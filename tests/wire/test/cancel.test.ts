import { delta, says, type UpstreamAnswer, words } from "@pensieve/test-harness"
import { assert, beforeAll, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { question, startWired, tools } from "../src/wired-server.ts"

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

describe("a client that goes away", () => {
  const server = oneServer()
  // The first request of a process takes longer than any other.
  beforeAll(async () => {
    server().upstream.play(says("warm"))
    await server().post(question)
  })

  for (const [phase, answer] of phases)
    for (const stream of [true, false])
      it(`${phase} hangs up on the upstream within a second (${stream ? "streaming" : "whole"})`, async () => {
        const { upstream, post } = server()
        upstream.play(answer)
        const place = upstream.calls.length
        const aborter = new AbortController()
        const pending = post({ ...question, tools, stream }, aborter.signal)
          .then((response) => response.text())
          .catch(() => undefined)
        const call = await upstream.call(place)
        await call.said
        const leftAt = Date.now()
        aborter.abort()
        assert.isBelow((await call.hungUp) - leftAt, 1000)
        await pending
      })

  it("leaves nothing behind for the next one", async () => {
    const { upstream, post, anthropic } = server()
    upstream.play({ steps: [role, words("Hello"), "hang"] })
    for (let round = 0; round < 5; round++) {
      const place = upstream.calls.length
      const aborter = new AbortController()
      const response = await post({ ...question, stream: true }, aborter.signal)
      await response.body?.getReader().read()
      aborter.abort()
      await (
        await upstream.call(place)
      ).hungUp
    }
    upstream.play({ steps: [words("Still here"), delta({}, "stop")] })
    const message = await anthropic.messages.create(question)
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
      }
      // One may be on its way back when the next request comes.
      assert.isBelow(sockets.size, 6)
    } finally {
      await wired.stop()
    }
  })
})
