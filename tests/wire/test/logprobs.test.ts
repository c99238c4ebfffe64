import {
  answerOf,
  delta,
  ending,
  jsonAnswer,
  messageEnd,
  messageOf,
  says,
  textBlock,
  words
} from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"

const server = oneServer()

const chance = (token: string, logprob: number) => ({ token, logprob, bytes: [...Buffer.from(token)] })
const likely = (token: string, logprob: number) => ({
  ...chance(token, logprob),
  top_logprobs: [chance(token, logprob), chance("Oh", -3)]
})
const tokens = [likely("Hel", -0.25), likely("lo", -0.5)]

/** An answer that tells how likely each token was. */
const likelyAnswer = answerOf(
  ...tokens.map((token) => delta({ content: token.token }, null, { logprobs: { content: [token] } })),
  ending()
)

const asked = {
  model: "m",
  messages: [{ role: "user" as const, content: "Hello" }],
  logprobs: true,
  top_logprobs: 2
}

const sent = (place = -1): Readonly<Record<string, unknown>> =>
  JSON.parse(server().upstream.calls.at(place)?.text ?? "{}")

const notices = (response: Response): string => response.headers.get("x-pensieve-notices") ?? ""

describe("log probabilities of an upstream", () => {
  it("are asked of it and told in a stream of chat completions", async () => {
    server().upstream.play(likelyAnswer)
    const completion = await server().openai.chat.completions.stream(asked).finalChatCompletion()
    assert.deepInclude(sent(), { logprobs: true, top_logprobs: 2 })
    assert.strictEqual(completion.choices[0]?.message.content, "Hello")
    assert.deepStrictEqual(completion.choices[0]?.logprobs?.content, tokens)
  })

  it("are told in a whole completion", async () => {
    server().upstream.play(likelyAnswer)
    const completion = await server().openai.chat.completions.create(asked)
    assert.deepStrictEqual(completion.choices[0]?.logprobs?.content, tokens)
  })

  it("are told in Responses, streamed and whole", async () => {
    server().upstream.play(likelyAnswer)
    const request = {
      model: "m",
      input: "Hello",
      include: ["message.output_text.logprobs" as const],
      top_logprobs: 2
    }
    for (const response of [
      await server().openai.responses.stream(request).finalResponse(),
      await server().openai.responses.create(request)
    ]) {
      const parts = response.output.flatMap((item) => (item.type === "message" ? item.content : []))
      assert.deepStrictEqual(
        parts.map((part) => (part.type === "output_text" ? part.logprobs : undefined)),
        [tokens]
      )
    }
  })

  it("are not sent to clients that did not ask for them", async () => {
    server().upstream.play(likelyAnswer)
    const { logprobs: _, top_logprobs: __, ...plain } = asked
    const completion = await server().openai.chat.completions.create(plain)
    assert.notProperty(sent(), "logprobs")
    assert.isNull(completion.choices[0]?.logprobs)
  })

  it("that it refuses are left out, and the client is told", async () => {
    const refusal = {
      error: { message: "You are not allowed to request logprobs from this model", type: "invalid_request_error" }
    }
    server().upstream.play((call) => ("logprobs" in JSON.parse(call.text) ? jsonAnswer(refusal, 403) : says("Hello")))
    const response = await server().post(asked, undefined, "/v1/chat/completions")
    assert.strictEqual(response.status, 200)
    assert.include(notices(response), "field-not-sent")
    assert.include(await response.text(), "Hello")
  })
})

describe("log probabilities that nobody tells", () => {
  const ignoring = oneServer({ upstream: { script: answerOf(words("Hello"), ending()) } })
  const models = { data: [{ type: "model", id: "claude-scripted" }], has_more: false }
  const script = messageOf(textBlock(0, "Hello"), messageEnd())
  const cloud = oneServer({ upstream: { routes: { "GET /v1/models": models }, script }, anthropic: {} })

  it.each([
    ["the upstream ignores that they were asked for", ignoring],
    ["the upstream's API has none", cloud]
  ])("are told to be missing where %s", async (_, asking) => {
    for (const stream of [true, false]) {
      const response = await asking().post({ ...asked, stream }, undefined, "/v1/chat/completions")
      assert.include(notices(response), "logprobs-not-given")
      assert.include(await response.text(), "Hello")
    }
  })
})
