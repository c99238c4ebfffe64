import { assert, describe, it } from "@effect/vitest"
import { BackendPool } from "@pensieve/backends"
import type { Conversation } from "@pensieve/models"
import { singleBackend } from "@pensieve/router"
import { type ContextPolicy, Routing } from "@pensieve/server"
import { Effect, Stream } from "effect"
import { plainAnswer, startRouting, testBackend, token } from "../test-server.ts"

/** The window of the test's backend. */
const window = 4096
const tools = [{ name: "Read", input_schema: { type: "object", properties: {} } }]
const compaction = "CRITICAL: Respond with TEXT ONLY. Sum it up."

interface Asked {
  counted: number
  generated: number
  /** Turns of the last request that was to be answered. */
  last: Conversation["turns"] | undefined
}

/** A server whose backend counts words as tokens, and how often it was asked. */
const serving = (context: ContextPolicy, estimatesTokens = false) =>
  Effect.gen(function* () {
    const asked: Asked = { counted: 0, generated: 0, last: undefined }
    const backend = testBackend({ estimatesTokens })
    const counting = {
      ...backend,
      countTokens: (conversation: Conversation) => {
        asked.counted++
        return Effect.succeed(JSON.stringify(conversation.turns).split("word").length - 1)
      },
      generate: (conversation: Conversation) => {
        asked.generated++
        asked.last = conversation.turns
        return Stream.fromArray(plainAnswer("Hi"))
      }
    }
    const routing = Routing.fixed({
      rules: singleBackend("test"),
      pool: new BackendPool([{ name: "test", backend: counting }]),
      sampling: {},
      context
    })
    return { base: yield* startRouting(routing), asked }
  })

const live = (
  name: string,
  context: ContextPolicy,
  test: (server: Effect.Success<ReturnType<typeof serving>>) => Promise<void>,
  estimatesTokens?: boolean
) =>
  it.live(
    name,
    () =>
      Effect.scoped(Effect.flatMap(serving(context, estimatesTokens), (server) => Effect.promise(() => test(server)))),
    20_000
  )

interface Body {
  readonly error?: { readonly message: string; readonly code?: string }
  readonly usage?: { readonly input_tokens: number; readonly output_tokens: number }
  readonly input_tokens?: number
}

const ask = async (
  base: string,
  words: number,
  more: object = {},
  path = "/v1/messages",
  headers: Readonly<Record<string, string>> = {}
) => {
  const content = "word ".repeat(words)
  const response = await fetch(base + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content }], ...more })
  })
  const body = (await response.json()) as Body
  return { status: response.status, body, notices: response.headers.get("x-pensieve-notices") }
}

describe("a prompt", () => {
  live(
    "that leaves no room to sum the conversation up is refused in the words that make the client do it",
    {},
    async ({ base, asked }) => {
      const limit = window - Math.floor(window / 6)
      const { status, body } = await ask(base, limit + 1, { tools })
      assert.deepStrictEqual(
        [status, body.error?.message],
        [400, `prompt is too long: ${limit + 1} tokens > ${limit} maximum`]
      )
      assert.strictEqual(asked.generated, 0)
      assert.strictEqual((await ask(base, limit, { tools })).status, 200)
    }
  )

  live("is refused in the words of each API", {}, async ({ base }) => {
    const chat = await ask(base, 4097, {}, "/v1/chat/completions")
    const responses = await ask(base, 0, { input: "word ".repeat(4097) }, "/v1/responses")
    for (const { status, body } of [chat, responses])
      assert.deepStrictEqual(
        [status, body.error?.code, body.error?.message],
        [400, "context_length_exceeded", "prompt is too long: 4097 tokens > 4096 maximum"]
      )
  })

  live("without tools has the whole window", {}, async ({ base }) => {
    assert.strictEqual((await ask(base, 4090)).status, 200)
    assert.strictEqual((await ask(base, 4097)).body.error?.message, "prompt is too long: 4097 tokens > 4096 maximum")
  })

  live("that came behind a short one of the same session is judged by itself", {}, async ({ base, asked }) => {
    const headers = { "x-claude-code-session-id": "s" }
    await ask(base, 1, {}, "/v1/messages", headers)
    await ask(base, 2800, { tools }, "/v1/messages", headers)
    assert.deepStrictEqual([asked.counted, asked.generated], [1, 2])
    await ask(base, 2801, { tools }, "/v1/messages", headers)
    assert.deepStrictEqual([asked.counted, asked.generated], [1, 3])
  })

  live("that is short is not counted", {}, async ({ base, asked }) => {
    await ask(base, 100, { tools })
    assert.deepStrictEqual([asked.counted, asked.generated], [0, 1])
  })

  live(
    "that may fit is asked where counts are estimates, and the server knows best what its whole window takes",
    {},
    async ({ base }) => {
      assert.strictEqual((await ask(base, 3700, { tools })).status, 200)
      assert.strictEqual((await ask(base, 3800, { tools })).status, 400)
      assert.strictEqual((await ask(base, 5000)).status, 200)
    },
    true
  )
})

describe("the request that sums a conversation up", () => {
  /** One result of a tool with so many words, and the instruction behind it. */
  const conversation = (words: number) => ({
    tools,
    messages: [
      { role: "user", content: "Read it" },
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Read", input: {} }] },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: `begin ${"word ".repeat(words)}end` },
          { type: "text", text: compaction }
        ]
      }
    ]
  })
  const limit = window - Math.floor(window / 6)

  live("goes on as it is where all before it left it room", {}, async ({ base, asked }) => {
    const whole = conversation(limit + 100)
    const { status, notices } = await ask(base, 0, whole)
    assert.deepStrictEqual([status, notices], [200, null])
    assert.include(JSON.stringify(asked.last), "word ".repeat(limit + 100))
  })

  live("is shortened where a tool said too much, and says so", {}, async ({ base, asked }) => {
    const { status, notices } = await ask(base, 0, conversation(20_000))
    assert.deepStrictEqual([status, notices], [200, "shortened-to-sum-up"])
    const sent = JSON.stringify(asked.last)
    assert.match(sent, /begin word .* characters are left out here.* word end/)
    assert.include(sent, compaction)
    const words = sent.split("word").length - 1
    assert.isAtMost(words, window - Math.floor(window / 12))
    assert.isAtLeast(words, window / 2)
  })

  live("is refused where there is nothing to leave out", {}, async ({ base, asked }) => {
    const messages = [{ role: "user", content: `${compaction} ${"word ".repeat(4097)}` }]
    const { body } = await ask(base, 0, { tools, messages })
    assert.strictEqual(body.error?.message, "prompt is too long: 4097 tokens > 4096 maximum")
    assert.strictEqual(asked.generated, 0)
  })
})

describe("prompt tokens", () => {
  live(
    "are told as the client's own window has them, where that is wanted, and it is said",
    { scaleWindowTo: window * 10 },
    async ({ base }) => {
      const answer = await ask(base, 100)
      assert.deepStrictEqual([answer.body.usage?.input_tokens, answer.body.usage?.output_tokens], [120, 3])
      assert.strictEqual(answer.notices, "window-scaled")
      const count = await ask(base, 100, {}, "/v1/messages/count_tokens")
      assert.deepStrictEqual([count.body.input_tokens, count.notices], [1000, "window-scaled"])
      const get = async (path: string) =>
        (await fetch(base + path, { headers: { authorization: `Bearer ${token}`, "x-api-key": token } })).json()
      assert.deepInclude(await get("/v1/models/any"), { max_input_tokens: window * 10 })
      // The program's own books have the tokens there were.
      const totals = { finished: 1, failed: 0, promptTokens: 12, cachedTokens: 0, outputTokens: 3 }
      assert.deepInclude(await get("/health"), { window, clientWindow: window * 10, totals })
    }
  )

  live("are told as they are otherwise", {}, async ({ base }) => {
    assert.isNull((await ask(base, 100)).notices)
  })
})
