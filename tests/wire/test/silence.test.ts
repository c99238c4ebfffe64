import { says, type UpstreamAnswer } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { question } from "../src/wired-server.ts"

const server = oneServer({
  backend: { errorPatience: "1200 millis" },
  policy: { pingEvery: "100 millis", wholeAnswerPatience: "300 millis" }
})

const phases: ReadonlyArray<readonly [string, (released: Promise<void>) => UpstreamAnswer]> = [
  ["before its headers", (released) => ({ before: [{ until: released }], steps: says("late").steps })],
  ["behind its headers", (released) => ({ steps: [": hello\n\n", { until: released }, ...says("late").steps] })]
]

/** Reads a body until a text stands in it, then lets the upstream go on, and reads the rest. */
const readThrough = async (response: Response, awaited: RegExp, release: () => void): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ""
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    if (awaited.test(text)) release()
  }
  return text
}

describe("an upstream that is silent", () => {
  for (const [phase, answer] of phases) {
    it(`${phase} is waited for about a second, then the client gets headers and pings`, async () => {
      const { upstream, post } = server()
      const { promise, resolve } = Promise.withResolvers<void>()
      upstream.play(answer(promise))
      const sentAt = performance.now()
      const response = await post({ ...question, stream: true })
      assert.isAbove(performance.now() - sentAt, 1000)
      const text = await readThrough(response, /(event: ping[^]*){3}/, resolve)
      assert.match(text, /"text":"late"/)
      assert.match(text, /message_stop/)
    })

    it(`${phase} does not time out a client who wants the whole answer`, async () => {
      const { upstream, post } = server()
      const { promise, resolve } = Promise.withResolvers<void>()
      upstream.play(answer(promise))
      const text = await readThrough(await post(question), /^ {2}/, resolve)
      assert.match(text, /^ +\{/)
      assert.match(text, /"text":"late"/)
    })
  }
})

describe("what was changed of a request", () => {
  it("is told in a header, where the upstream answers at once", async () => {
    const { upstream, post } = server()
    upstream.play(says("x"))
    const response = await post({ ...question, thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2000 })
    assert.match(response.headers.get("x-pensieve-notices") ?? "", /thinking-budget-not-sent/)
  })
})
