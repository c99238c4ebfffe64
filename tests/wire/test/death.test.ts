import { sse } from "@pensieve/test-harness"
import { assert, beforeAll, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { gather, readEvents } from "../src/read-stream.ts"
import { question, tools } from "../src/wired-server.ts"

const server = oneServer()

/** As few bytes as say it all: each is a place to die at. */
const chunk = (delta: object, finish_reason?: string) => sse({ choices: [{ delta, finish_reason }] })
const call = { index: 0, id: "c", function: { name: "Bash", arguments: '{"value":"rm -rf build"}' } }
const whole = Buffer.from(
  [
    chunk({ reasoning: "hm" }),
    chunk({ content: "Ü 🎉" }),
    chunk({ tool_calls: [call] }),
    chunk({}, "tool_calls"),
    sse({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 9 } })
  ].join("")
)
/** Behind this chunk the answer is complete: what is lost is the count of tokens at most. */
const complete = whole.indexOf("\n\n", whole.indexOf('"finish_reason":"tool_calls"')) + 2

/** The upstream dies behind as many bytes as the question says; it does so again when it is asked again. */
const dyingAt = async (offset: number) => {
  const messages = [{ role: "user", content: `die at ${offset}` }]
  const response = await server().post({ ...question, messages, tools, stream: true })
  return { offset, status: response.status, answer: gather(await readEvents(response)) }
}

const offsets = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

describe("an upstream that dies", () => {
  beforeAll(() => {
    server().upstream.play(({ text }) => ({
      steps: [whole.subarray(0, Number(/die at (\d+)/.exec(text)?.[1])), "die"]
    }))
  })

  it("at any byte is an error for the client, never a silent end, and no call is made of what came", async () => {
    for (let from = 0; from < complete; from += 100)
      for (const { offset, answer } of await Promise.all(offsets(from, Math.min(from + 100, complete)).map(dyingAt))) {
        assert.isUndefined(answer.stop, `at byte ${offset}`)
        assert.isDefined(answer.error, `at byte ${offset}`)
        assert.deepStrictEqual(answer.calls, [], `at byte ${offset}`)
      }
  }, 240_000)

  it("at any byte is an error in OpenAI's APIs too, where no call may be seen either", async () => {
    const places = offsets(1, complete).filter((offset) => offset % 7 === 0)
    for (const [path, fields] of [
      ["/v1/chat/completions", (content: string) => ({ messages: [{ role: "user", content }] })],
      ["/v1/responses", (input: string) => ({ input })]
    ] as const)
      for (const offset of places) {
        const asked = { model: "m", stream: true, ...fields(`die at ${offset}`) }
        const response = await server().post(asked, undefined, path)
        const text = await response.text()
        assert.notMatch(text, /\[DONE\]|response\.completed|rm -rf/, `${path} at byte ${offset}`)
        assert.match(text, /"error":\{/, `${path} at byte ${offset}`)
      }
  }, 240_000)

  it("behind its reason to end has answered", async () => {
    for (const { offset, answer } of await Promise.all(offsets(complete, whole.length).map(dyingAt))) {
      assert.isUndefined(answer.error, `at byte ${offset}`)
      assert.deepStrictEqual(answer.calls, [["Bash", '{"value":"rm -rf build"}']], `at byte ${offset}`)
    }
  }, 240_000)

  it("before its first word gives the error a status of its own", async () => {
    const { status, answer } = await dyingAt(0)
    assert.strictEqual(status, 500)
    assert.match(answer.error ?? "", /broke off/)
  })
})
