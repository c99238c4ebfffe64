import { delta, jsonAnswer, says, sse, type UpstreamAnswer, words } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { gather, readEvents } from "../src/read-stream.ts"
import { question } from "../src/wired-server.ts"

const server = oneServer()

/** Plays these answers one after the other, the last for ever; gives what the client got and how often the upstream was asked. */
const play = async (...answers: ReadonlyArray<UpstreamAnswer>) => {
  const { upstream, post } = server()
  const first = upstream.calls.length
  upstream.play((_, place) => answers[Math.min(place - first, answers.length - 1)] ?? says("?"))
  const response = await post({ ...question, stream: true })
  const answer = gather(await readEvents(response))
  return { status: response.status, answer, asked: upstream.calls.length - first }
}

const status = (code: number, headers = {}) => jsonAnswer({ error: { message: "later" } }, code, headers)

describe("a request that fails before the first word", () => {
  for (const [what, answer] of [
    ["500", status(500)],
    ["503", status(503)],
    ["529", status(529)],
    ["429 with a short wait", status(429, { "retry-after": "1" })],
    ["a connection that breaks", { steps: ["die"] }],
    ["a connection that breaks before the headers", { before: ["die"], steps: [] }],
    ["an error in place of the first word", { steps: [sse({ error: { message: "overloaded", code: 503 } })] }],
    ["an end without a word", { steps: [] }]
  ] as const)
    it(`is tried again: ${what}`, async () => {
      assert.deepInclude(await play(answer, says("now")), { status: 200, asked: 2 })
    })

  for (const [what, answer, code] of [
    ["400", status(400), 400],
    ["401", status(401), 401],
    ["404", status(404), 404],
    ["429 without a word on how long", status(429), 429],
    ["429 with a long wait", status(429, { "retry-after": "30" }), 429],
    ["503 with a long wait", status(503, { "retry-after": "30" }), 503]
  ] as const)
    it(`is not tried again: ${what}`, async () => {
      assert.deepInclude(await play(answer), { status: code, asked: 1 })
    })

  it("is given up after two more attempts", async () => {
    assert.deepInclude(await play(status(503)), { status: 503, asked: 3 })
  })
})

describe("a request that fails behind the first word", () => {
  it("is never tried again", async () => {
    const { answer, asked } = await play({ steps: [words("Hel"), "die"] }, says("Hello"))
    assert.deepStrictEqual([answer.text, asked], ["Hel", 1])
    assert.isDefined(answer.error)
  })
})

describe("one client's failure", () => {
  it("locks the model for nobody", async () => {
    for (const answer of [status(429, { "retry-after": "60" }), status(500), status(400)]) {
      await play(answer)
      assert.deepInclude(await play({ steps: [words("fine"), delta({}, "stop")] }), { status: 200, asked: 1 })
    }
  })
})
