import Anthropic from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong, RateLimited } from "@pensieve/errors"
import type { GenerationEvent } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { connect } from "node:net"
import OpenAI from "openai"
import { plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"
import { until } from "./until.ts"

const anthropic = (base: string) => new Anthropic({ baseURL: base, apiKey: token, maxRetries: 0 })
const openai = (base: string) => new OpenAI({ baseURL: `${base}/v1`, apiKey: token, maxRetries: 0 })

const question = { model: "m", max_tokens: 50, messages: [{ role: "user" as const, content: "Hi" }] }

const live = (name: string, backend: TestBackend, test: (base: string) => Promise<void>) =>
  it.live(name, () => Effect.scoped(Effect.flatMap(startServer(backend), (base) => Effect.promise(() => test(base)))))

/** An answer of these pieces of text. */
const inPieces = (pieces: ReadonlyArray<string>): ReadonlyArray<GenerationEvent> => {
  const [accepted, started, , usage, finished] = plainAnswer("")
  const all = [accepted, started, ...pieces.map((text) => ({ type: "text-delta" as const, text })), usage, finished]
  return all.filter((event) => event !== undefined)
}

describe("text", () => {
  const pieces = [
    "\n\u2028\u2029\u0085\n",
    "  ",
    "data: x\n\n",
    "event: y\r\n",
    "😀",
    "e\u0301",
    "\u0000",
    "[DONE]",
    "\t\n "
  ]

  live(
    "of every kind reaches the official SDKs unchanged",
    { generate: () => Stream.fromArray(inPieces(pieces)) },
    async (base) => {
      const message = await anthropic(base).messages.stream(question).finalMessage()
      assert.deepInclude(message.content[0], { type: "text", text: pieces.join("") })
      const completion = await openai(base).chat.completions.stream(question).finalChatCompletion()
      assert.strictEqual(completion.choices[0]?.message.content, pieces.join(""))
      const response = await openai(base).responses.stream({ model: "m", input: "Hi" }).finalResponse()
      assert.strictEqual(response.output_text, pieces.join(""))
    }
  )

  const burst = Array.from({ length: 10_000 }, (_, index) => `${index} `)
  live(
    "in a burst of ten thousand pieces is whole and in order",
    { generate: () => Stream.fromArray(inPieces(burst)) },
    async (base) => {
      const message = await anthropic(base).messages.stream(question).finalMessage()
      assert.deepInclude(message.content[0], { type: "text", text: burst.join("") })
    }
  )
})

describe("one client's trouble", () => {
  const failures = [
    new PromptTooLong({ promptTokens: 2, window: 1 }),
    new RateLimited({ message: "slow down", retryAfterSeconds: 30 }),
    new BackendFailed({ message: "it died" })
  ]
  live(
    "is nobody else's: after a failure the next request is answered",
    {
      generate: () => {
        const failure = failures.pop()
        return failure === undefined ? Stream.fromArray(plainAnswer("x")) : Stream.fail(failure)
      }
    },
    async (base) => {
      while (failures.length > 0)
        assert.instanceOf(
          await anthropic(base)
            .messages.create(question)
            .catch((error: unknown) => error),
          Error
        )
      assert.strictEqual((await anthropic(base).messages.create(question)).content.length, 1)
    }
  )

  let asked = 0
  live(
    "such as going away while the prompt is read leaves the server as it was",
    { generate: () => (asked++ < 10 ? Stream.never : Stream.fromArray(plainAnswer("x"))) },
    async (base) => {
      const aborter = new AbortController()
      const gone = Array.from({ length: 10 }, (_, index) =>
        anthropic(base)
          .messages.create({ ...question, stream: index % 2 === 0 }, { signal: aborter.signal })
          .catch((error: unknown) => error)
      )
      await until("all are asked", 5000, () => (asked === 10 ? true : undefined))
      aborter.abort()
      for (const error of await Promise.all(gone)) assert.instanceOf(error, Anthropic.APIUserAbortError)
      assert.strictEqual((await anthropic(base).messages.create(question)).content.length, 1)
    }
  )

  let pulled = 0
  live(
    "such as reading nothing holds the backend back",
    {
      generate: () =>
        Stream.forever(
          Stream.sync((): GenerationEvent => {
            pulled++
            return { type: "text-delta", text: "x".repeat(65_536) }
          })
        )
    },
    async (base) => {
      const { port, hostname, host } = new URL(base)
      const body = JSON.stringify({ ...question, stream: true })
      const socket = connect(Number(port), hostname).pause()
      const head = [
        "POST /v1/messages HTTP/1.1",
        `Host: ${host}`,
        `x-api-key: ${token}`,
        "Content-Type: application/json",
        `Content-Length: ${body.length}`
      ]
      socket.write(`${head.join("\r\n")}\r\n\r\n${body}`)
      let before = -1
      let still = 0
      await until("nothing more is pulled", 10_000, () => {
        still = pulled > 0 && pulled === before ? still + 1 : 0
        before = pulled
        return still >= 20 ? true : undefined
      })
      // What the buffers of two sockets take is some megabytes, and not a gigabyte.
      assert.isBelow(pulled * 65_536, 64 * 1024 * 1024)
      socket.destroy()
    }
  )
})

describe("many requests at once", () => {
  live("such as Claude Code's burst of counts are all answered", { tokens: 7 }, async (base) => {
    const counts = await Promise.all(
      Array.from({ length: 28 }, () =>
        anthropic(base).messages.countTokens({ model: "m", messages: question.messages })
      )
    )
    assert.deepStrictEqual([...new Set(counts.map((count) => count.input_tokens))], [7])
  })
})

describe("a web page", () => {
  live("is let in by no header, and its preflight by no answer", {}, async (base) => {
    const preflight = await fetch(`${base}/v1/messages`, {
      method: "OPTIONS",
      headers: { origin: "http://evil.example", "access-control-request-method": "POST" }
    })
    assert.strictEqual(preflight.status, 403)
    const own = await fetch(`${base}/v1/models`, { headers: { "x-api-key": token } })
    for (const { headers } of [preflight, own])
      assert.deepStrictEqual(
        [...headers.keys()].filter((name) => name.startsWith("access-control")),
        []
      )
  })
})
