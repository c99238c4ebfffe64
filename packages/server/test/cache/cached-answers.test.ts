import { assert, describe, it } from "@effect/vitest"
import Anthropic from "@anthropic-ai/sdk"
import { BackendPool, type Backend } from "@pensieve/backends"
import { BackendFailed } from "@pensieve/errors"
import type { GenerationEvent } from "@pensieve/models"
import { layeredAnswers } from "@pensieve/operations"
import { Effect, Stream } from "effect"
import { singleBackend } from "@pensieve/router"
import { type CachePolicy, Routing } from "@pensieve/server"
import { plainAnswer, startRouting, testBackend, token } from "../test-server.ts"

const events: ReadonlyArray<GenerationEvent> = [
  { type: "accepted", promptTokens: 12 },
  { type: "started", cachedTokens: 3 },
  { type: "reasoning-delta", text: "Hm" },
  { type: "reasoning-delta", text: "m" },
  { type: "reasoning-end" },
  { type: "text-delta", text: "Hel" },
  { type: "text-delta", text: "lo" },
  { type: "tool-call", id: "toolu_1", name: "Read", input: { path: "x" } },
  {
    type: "usage",
    usage: { inputTokens: 9, cacheReadTokens: 3, cacheCreationTokens: 0, outputTokens: 5, reasoningTokens: 1 }
  },
  { type: "finished", reason: "tool-use" }
]

const tools = [
  { name: "Read", input_schema: { type: "object" as const, properties: { path: { type: "string" as const } } } }
]
const question = { model: "any", max_tokens: 50, messages: [{ role: "user" as const, content: "Hi" }], tools }
const title = {
  model: "any",
  max_tokens: 50,
  messages: [{ role: "user" as const, content: "Name it" }],
  output_config: {
    format: { type: "json_schema", schema: { type: "object", properties: { title: { type: "string" } } } }
  }
}

/** A server whose backend counts how often it is asked. */
const serving = (policy: CachePolicy, generate: Backend["Service"]["generate"]) => {
  let asked = 0
  const backend = testBackend({
    generate: (conversation) => {
      asked++
      return generate(conversation)
    }
  })
  const bounds = { lifetimeMs: 60_000, bytes: 1_000_000 }
  const routing = Routing.fixed({
    rules: singleBackend("test"),
    pool: new BackendPool([{ name: "test", backend }]),
    sampling: {},
    cache: { store: layeredAnswers(bounds, []), policy }
  })
  return Effect.map(startRouting(routing), (base) => ({ base, asked: () => asked }))
}

const live = (
  name: string,
  policy: CachePolicy,
  test: (server: { readonly base: string; readonly asked: () => number }) => Promise<void>,
  generate: Backend["Service"]["generate"] = () => Stream.fromArray(events)
) =>
  it.live(
    name,
    () => Effect.scoped(Effect.flatMap(serving(policy, generate), (server) => Effect.promise(() => test(server)))),
    20_000
  )

const post = async (base: string, body: object, headers: Record<string, string> = {}, path = "/v1/messages") => {
  const response = await fetch(base + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body)
  })
  const text = await response.text()
  return { cache: response.headers.get("x-pensieve-cache"), status: response.status, text }
}

const outcomes = async (base: string, bodies: ReadonlyArray<object>, headers: Record<string, string> = {}) => {
  const found: Array<string | null> = []
  for (const body of bodies) found.push((await post(base, body, headers)).cache)
  return found
}

const all: CachePolicy = { use: "all", allowSampled: false }

describe("a request that comes again", () => {
  live("is answered the same, whole and streamed, in each API's own grammar", all, async ({ base, asked }) => {
    const client = new Anthropic({ baseURL: base, authToken: token, apiKey: null, maxRetries: 0 })
    const first = await client.messages.create(question)
    const again = await client.messages.stream(question).finalMessage()
    assert.deepStrictEqual(again.content, first.content)
    assert.deepStrictEqual(again.usage.output_tokens, first.usage.output_tokens)
    assert.strictEqual(again.stop_reason, "tool_use")
    assert.notStrictEqual(again.id, first.id)
    const chat = {
      model: "any",
      max_tokens: 50,
      messages: [{ role: "user", content: "Hi" }],
      tools: [{ type: "function", function: { name: "Read", parameters: tools[0]?.input_schema } }]
    }
    const { text } = await post(base, { ...chat, stream: true }, {}, "/v1/chat/completions")
    assert.match(text, /data: \[DONE\]\s*$/)
    assert.isAtMost(asked(), 2)
  })

  live("is a hit, told by the header; another one is a miss", all, async ({ base, asked }) => {
    const other = { ...question, max_tokens: 51 }
    const [tool] = question.tools
    const otherTools = { ...question, tools: [{ ...tool, description: "Reads a file" }] }
    assert.deepStrictEqual(
      await outcomes(base, [question, question, other, otherTools, { ...question, stream: true }]),
      ["miss", "hit", "miss", "miss", "hit"]
    )
    assert.strictEqual(asked(), 3)
  })

  live("is counted by what became of it", all, async ({ base }) => {
    await outcomes(base, [question, question, question])
    const response = await fetch(`${base}/metrics`, { headers: { authorization: `Bearer ${token}` } })
    const metrics = await response.text()
    assert.match(metrics, /^pensieve_cache_requests_total\{.*outcome="hit".*\} 2$/m)
    assert.match(metrics, /^pensieve_cache_requests_total\{.*outcome="miss".*\} 1$/m)
  })

  live("is asked anew where chance is wanted, or the client says so", all, async ({ base }) => {
    const warm = { ...question, temperature: 0.5 }
    assert.deepStrictEqual(await outcomes(base, [warm, warm]), ["bypass", "bypass"])
    assert.deepStrictEqual(await outcomes(base, [question, question], { "cache-control": "no-cache" }), [
      "bypass",
      "bypass"
    ])
    assert.deepStrictEqual(
      await outcomes(base, [
        { ...question, temperature: 0 },
        { ...question, temperature: 0 }
      ]),
      ["miss", "hit"]
    )
  })

  live(
    "may be answered by chance's old answer where that is allowed",
    { use: "all", allowSampled: true },
    async ({ base }) => {
      const warm = { ...question, temperature: 0.5 }
      assert.deepStrictEqual(await outcomes(base, [warm, warm]), ["miss", "hit"])
    }
  )

  live(
    "is answered anew but for probes and titles, unless told otherwise",
    { use: "side", allowSampled: false },
    async ({ base }) => {
      const claude = { "user-agent": "claude-cli/2.1.0" }
      const probe = { model: "any", max_tokens: 1, messages: [{ role: "user", content: "count" }] }
      assert.deepStrictEqual(await outcomes(base, [question, question], claude), ["bypass", "bypass"])
      assert.deepStrictEqual(await outcomes(base, [title, title], claude), ["miss", "hit"])
      assert.deepStrictEqual(await outcomes(base, [probe, probe], claude), ["miss", "hit"])
    }
  )

  let failures = 0
  live(
    "is asked again after a failure, before and behind the first word",
    all,
    async ({ base }) => {
      const answers = [
        await post(base, question),
        await post(base, { ...question, stream: true }),
        await post(base, question),
        await post(base, question)
      ]
      assert.deepStrictEqual(
        answers.map(({ cache, status }) => [cache, status]),
        [
          [null, 500],
          ["miss", 200],
          ["miss", 200],
          ["hit", 200]
        ]
      )
    },
    () => {
      const error = new BackendFailed({ message: "broken" })
      failures++
      if (failures === 1) return Stream.fail(error)
      const answer = Stream.fromArray(plainAnswer("Hi"))
      return failures === 2 ? Stream.concat(Stream.take(answer, 3), Stream.fail(error)) : answer
    }
  )
})

describe("an answer that is kept", () => {
  const says =
    (text: string): Backend["Service"]["generate"] =>
    () =>
      Stream.fromArray(plainAnswer(text))
  /** A server whose model `m` runs on `a`, with `b` behind it. */
  const serving = (
    backends: Readonly<Record<string, Backend["Service"]["generate"]>>,
    places: Record<string, string>
  ) =>
    startRouting(
      Routing.fixed({
        rules: {
          ...singleBackend("m"),
          backends: Object.keys(backends),
          models: { m: { targets: [{ backend: "a" }], fallbacks: ["b"], aliases: [] } }
        },
        pool: new BackendPool(
          Object.entries(backends).map(([name, generate]) => ({ name, backend: testBackend({ generate }) }))
        ),
        sampling: {},
        cache: {
          store: layeredAnswers({ lifetimeMs: 60_000, bytes: 1_000_000 }, []),
          policy: all,
          placeOf: (name) => places[name]
        }
      })
    )

  it.live("is no answer of a server that has taken the other's place", () => {
    const places: Record<string, string> = { a: "http://one" }
    return Effect.scoped(
      Effect.flatMap(serving({ a: says("one"), b: says("two") }, places), (base) =>
        Effect.promise(async () => {
          assert.deepStrictEqual(await outcomes(base, [question, question]), ["miss", "hit"])
          places["a"] = "http://two"
          assert.deepStrictEqual(await outcomes(base, [question, question]), ["miss", "hit"])
        })
      )
    )
  })

  it.live("is the model's own, not one of those who stand in for it", () => {
    let broken = true
    const moody: Backend["Service"]["generate"] = (conversation) =>
      broken ? Stream.fail(new BackendFailed({ message: "broken" })) : says("own")(conversation)
    return Effect.scoped(
      Effect.flatMap(serving({ a: moody, b: says("stand-in") }, {}), (base) =>
        Effect.promise(async () => {
          assert.include((await post(base, question)).text, "stand-in")
          broken = false
          const { cache, text } = await post(base, question)
          assert.strictEqual(cache, "miss")
          assert.include(text, "own")
        })
      )
    )
  })
})
