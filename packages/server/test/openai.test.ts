import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { Effect, Stream } from "effect"
import OpenAI, { APIError } from "openai"
import { plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"

const client = (base: string, apiKey = token) => new OpenAI({ baseURL: `${base}/v1`, apiKey, maxRetries: 0 })
const chat = { model: "gpt-5", messages: [{ role: "user" as const, content: "Hi" }] }
const live = (name: string, backend: TestBackend, test: (base: string) => Promise<void>, policy = {}) =>
  it.live(name, () =>
    Effect.scoped(Effect.flatMap(startServer(backend, policy), (base) => Effect.promise(() => test(base))))
  )
const errorOf = (pending: Promise<unknown>): Promise<APIError> =>
  pending.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => (error instanceof APIError ? error : assert.fail(String(error)))
  )

const callAnswer: ReadonlyArray<GenerationEvent> = [
  { type: "accepted", promptTokens: 12 },
  { type: "started", cachedTokens: 0 },
  { type: "tool-call", id: "toolu_1", name: "Read", input: { file_path: "a.txt" } },
  { type: "finished", reason: "tool-use" }
]

describe("POST /v1/chat/completions", () => {
  live("answers the official SDK, whole and streamed", {}, async (base) => {
    const whole = await client(base).chat.completions.create(chat)
    assert.strictEqual(whole.choices[0]?.message.content, "Hello!")
    assert.strictEqual(whole.model, "gpt-5")
    const streamed = await client(base).chat.completions.stream(chat).finalChatCompletion()
    assert.strictEqual(streamed.choices[0]?.message.content, "Hello!")
    assert.strictEqual(streamed.choices[0]?.finish_reason, "stop")
  })

  live("gives a tool call in OpenAI's form", { generate: () => Stream.fromArray(callAnswer) }, async (base) => {
    const tools = [
      { type: "function" as const, function: { name: "Read", parameters: { type: "object", properties: {} } } }
    ]
    const answer = await client(base).chat.completions.create({ ...chat, tools })
    const [call] = answer.choices[0]?.message.tool_calls ?? []
    assert.deepStrictEqual(call?.type === "function" && JSON.parse(call.function.arguments), { file_path: "a.txt" })
    assert.strictEqual(answer.choices[0]?.finish_reason, "tool_calls")
  })

  live("names the parameter that is wrong, in OpenAI's shape", {}, async (base) => {
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ ...chat, messages: "hello" })
    })
    const body = (await response.json()) as { error: { type: string; param: string } }
    assert.strictEqual(response.status, 400)
    assert.strictEqual(body.error.type, "invalid_request_error")
    assert.match(body.error.param, /^messages/)
    assert.isNotNull(response.headers.get("x-request-id"))
  })

  live("refuses a wrong token as OpenAI would", {}, async (base) => {
    const error = await errorOf(client(base, "wrong").chat.completions.create(chat))
    assert.strictEqual(error.status, 401)
    assert.strictEqual(error.code, "invalid_api_key")
  })

  live(
    "gives an overflow its status and code",
    { generate: () => Stream.fail(new PromptTooLong({ promptTokens: 40000, window: 32768 })) },
    async (base) => {
      const error = await errorOf(client(base).chat.completions.create(chat))
      assert.strictEqual(error.status, 400)
      assert.strictEqual(error.code, "context_length_exceeded")
    }
  )

  live(
    "ends a broken stream with an error and without [DONE]",
    {
      generate: () =>
        Stream.concat(
          Stream.fromArray(plainAnswer("half").slice(0, 3)),
          Stream.fail(new BackendFailed({ message: "it died" }))
        )
    },
    async (base) => {
      const error = await errorOf(client(base).chat.completions.stream(chat).finalChatCompletion())
      assert.match(error.message, /it died/)
    }
  )
})

describe("POST /v1/responses", () => {
  live("answers the official SDK, whole and streamed", {}, async (base) => {
    const whole = await client(base).responses.create({ model: "gpt-5", input: "Hi" })
    assert.strictEqual(whole.output_text, "Hello!")
    assert.strictEqual(whole.status, "completed")
    const streamed = await client(base).responses.stream({ model: "gpt-5", input: "Hi" }).finalResponse()
    assert.strictEqual(streamed.output_text, "Hello!")
  })

  live(
    "keeps a silent stream alive with comments, which the SDK's accumulator takes",
    { generate: () => Stream.fromArray(plainAnswer("late")).pipe(Stream.tap(() => Effect.sleep("60 millis"))) },
    async (base) => {
      const streamed = await client(base).responses.stream({ model: "gpt-5", input: "Hi" }).finalResponse()
      assert.strictEqual(streamed.output_text, "late")
    },
    { pingEvery: "20 millis" }
  )

  live("refuses what needs stored responses, by name", {}, async (base) => {
    const error = await errorOf(
      client(base).responses.create({ model: "m", input: "Hi", previous_response_id: "resp_1" })
    )
    assert.strictEqual(error.status, 400)
    assert.strictEqual(error.param, "previous_response_id")
    assert.strictEqual((await errorOf(client(base).responses.retrieve("resp_1"))).status, 404)
  })
})

describe("the rest of OpenAI's API", () => {
  live("lists models in the caller's shape", {}, async (base) => {
    const models = await client(base).models.list()
    assert.strictEqual(models.data[0]?.id, "test-model")
    assert.strictEqual(models.data[0]?.object, "model")
    const { id, object, created } = await client(base).models.retrieve("gpt-5")
    assert.deepStrictEqual([id, object, typeof created], ["gpt-5", "model", "number"])
  })

  live("says what to use instead of what it has not", {}, async (base) => {
    const legacy = await errorOf(client(base).completions.create({ model: "m", prompt: "x" }))
    assert.strictEqual(legacy.status, 404)
    assert.match(legacy.message, /chat\/completions/)
    assert.match((await errorOf(client(base).embeddings.create({ model: "m", input: "x" }))).message, /[Ee]mbedding/)
  })
})

describe("what the backend is told", () => {
  it.live("is one conversation, whatever dialect it came in", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const seen: Array<Conversation> = []
        const base = yield* startServer({
          generate: (conversation) => {
            seen.push(conversation)
            return Stream.fromArray(plainAnswer("x"))
          }
        })
        yield* Effect.promise(async () => {
          await client(base).chat.completions.create({ ...chat, max_tokens: 5, stop: ["END"] })
          await client(base).responses.create({ model: "gpt-5", input: "Hi", max_output_tokens: 5 })
        })
        assert.deepStrictEqual(
          seen.map((conversation) => [conversation.maxTokens, conversation.turns]),
          [
            [5, [{ role: "user", parts: [{ type: "text", text: "Hi" }] }]],
            [5, [{ role: "user", parts: [{ type: "text", text: "Hi" }] }]]
          ]
        )
        assert.deepStrictEqual(seen[0]?.stopSequences, ["END"])
      })
    )
  )
})
