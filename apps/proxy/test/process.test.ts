import Anthropic from "@anthropic-ai/sdk"
import { isAlive, type Proxy, startProxy, tinyModel, until } from "@pensieve/test-harness"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "vitest"

const question = {
  model: "claude-3-sonnet-20240229",
  max_tokens: 12,
  messages: [{ role: "user" as const, content: "Hello" }]
}
const client = (proxy: Proxy) =>
  new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })
const post = (proxy: Proxy, body: unknown, signal?: AbortSignal) =>
  fetch(`${proxy.base}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${proxy.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal })
  })
/** All tokens of a prompt: the three counts are disjoint. */
const promptTokens = ({ usage }: Anthropic.Message): number =>
  usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0)

describe("the whole stack on a tiny model", () => {
  let proxy: Proxy
  beforeAll(async () => {
    proxy = await startProxy({ model: await tinyModel("long") })
  }, 120_000)
  afterAll(() => proxy.stop())

  it("answers a plain message as the API would", async () => {
    const message = await client(proxy).messages.create(question)
    assert.strictEqual(message.type, "message")
    assert.strictEqual(message.model, question.model)
    assert.strictEqual(message.stop_reason, "max_tokens")
    assert.strictEqual(message.usage.output_tokens, 12)
    assert.isAbove(message.usage.input_tokens, 0)
  })

  it("streams what the official SDK accepts, and greedy streams agree with whole answers", async () => {
    const body = { ...question, temperature: 0 }
    const whole = await client(proxy).messages.create(body)
    const streamed = await client(proxy).messages.stream(body).finalMessage()
    assert.deepStrictEqual(streamed.content, whole.content)
    assert.deepStrictEqual(streamed.usage.output_tokens, whole.usage.output_tokens)
  })

  it("gives four streams at once the tokens each gets alone", async () => {
    const bodies = ["one", "two two", "three three three", "a rather longer fourth question than the others"].map(
      (content) => ({
        ...question,
        max_tokens: 24,
        temperature: 0,
        messages: [{ role: "user" as const, content }]
      })
    )
    const ask = async (body: (typeof bodies)[number]) =>
      (await client(proxy).messages.stream(body).finalMessage()).content
    const alone = []
    for (const body of bodies) alone.push(await ask(body))
    assert.deepStrictEqual(await Promise.all(bodies.map(ask)), alone)
  })

  it("counts tokens as it charges them", async () => {
    const counted = await client(proxy).messages.countTokens({ model: question.model, messages: question.messages })
    const message = await client(proxy).messages.create(question)
    assert.strictEqual(counted.input_tokens, promptTokens(message))
  })

  it("takes a prompt of 14,000 tokens in the shape of Claude Code's", async () => {
    const words = Array.from({ length: 7000 }, (_, index) => `word${index % 97}`).join(" ")
    const message = await client(proxy).messages.create({
      ...question,
      system: [
        { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.329.abc; cc_entrypoint=cli;" },
        { type: "text", text: words, cache_control: { type: "ephemeral" } }
      ],
      tools: [
        {
          name: "Read",
          description: "Reads a file",
          input_schema: { type: "object", properties: { file_path: { type: "string" } }, required: ["file_path"] }
        }
      ]
    })
    assert.isAbove(promptTokens(message), 14_000)
    assert.strictEqual(message.usage.output_tokens, 12)
  })

  it("bounds an answer by what the window leaves, and refuses what does not fit in the words that make Claude Code compact", async () => {
    const small = await startProxy({ model: await tinyModel("long"), args: ["--window", "300"] })
    try {
      const bounded = await client(small)
        .messages.stream({ ...question, max_tokens: 128_000, temperature: 0 })
        .finalMessage()
      assert.isAtMost(promptTokens(bounded) + bounded.usage.output_tokens, 300)
      const answer = await post(small, {
        ...question,
        messages: [{ role: "user", content: "many words ".repeat(400) }]
      })
      assert.strictEqual(answer.status, 400)
      const body = (await answer.json()) as { error: { message: string } }
      assert.match(body.error.message, /^prompt is too long: \d+ tokens > 300 maximum$/)
    } finally {
      await small.stop()
    }
  })

  it("frees the engine when the client goes away in mid-answer", async () => {
    const aborter = new AbortController()
    const answer = await post(proxy, { ...question, max_tokens: 100_000, stream: true }, aborter.signal)
    await answer.body?.getReader().read()
    aborter.abort()
    await until("the log tells of it", 5000, () => /outcome="client went away"/.test(proxy.log()) || undefined)
  })

  it("restarts the engine when it is killed, and tells the client in the stream", async () => {
    const windowNow = async () => (await client(proxy).models.retrieve("any")).max_input_tokens ?? 0
    const window = await windowNow()
    const answer = await post(proxy, { ...question, max_tokens: 100_000, stream: true })
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    await reader?.read()
    const [engine] = proxy.children()
    assert.isDefined(engine)
    if (engine !== undefined) process.kill(engine, "SIGKILL")
    let text = ""
    for (let chunk = await reader?.read(); chunk !== undefined && !chunk.done; chunk = await reader?.read())
      text += chunk.value
    assert.match(text, /event: error\n/)
    assert.notMatch(text, /message_stop/)
    const message = await client(proxy).messages.create(question)
    assert.strictEqual(message.usage.output_tokens, 12)
    // A death by SIGKILL looks like memory exhaustion: the next engine gets half the window.
    assert.strictEqual(await windowNow(), window / 2)
  })
})

describe("a model that cannot be loaded", () => {
  it("leaves the proxy up, unhealthy, and says why to whoever asks", async () => {
    const broken = mkdtempSync(join(tmpdir(), "pensieve-broken-"))
    onTestFinished(() => rmSync(broken, { recursive: true, force: true }))
    cpSync(await tinyModel("long"), broken, { recursive: true })
    writeFileSync(join(broken, "model.safetensors"), "not weights")
    const proxy = await startProxy({ model: broken, unready: true })
    try {
      const answer = await post(proxy, question)
      const body = (await answer.json()) as { error: { type: string; message: string } }
      assert.strictEqual(answer.status, 503)
      assert.strictEqual(body.error.type, "api_error")
      assert.match(body.error.message, /could not start/)
      assert.notMatch(body.error.message, /Traceback/)
      assert.strictEqual((await fetch(`${proxy.base}/health`)).status, 503)
    } finally {
      await proxy.stop()
    }
  })
})

/** What is still to be read; fails when the connection breaks. */
const restOf = async (reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ""
  for (let chunk = await reader?.read(); chunk !== undefined && !chunk.done; chunk = await reader?.read())
    text += decoder.decode(chunk.value, { stream: true })
  return text
}

describe("the end of the proxy", () => {
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", null],
    ["SIGQUIT", null],
    ["SIGKILL", null]
  ] as const)
    it(`leaves no child behind after ${signal}, and gives the code ${code}`, async () => {
      const proxy = await startProxy({ model: await tinyModel("long") })
      const children = proxy.children()
      assert.strictEqual(children.length, 1)
      const answer = await post(proxy, { ...question, max_tokens: 100_000, stream: true })
      const reader = answer.body?.getReader()
      await reader?.read()
      const before = Date.now()
      proxy.process.kill(signal)
      await until("every child is gone", 10_000, () => children.every((pid) => !isAlive(pid)) || undefined)
      await until(
        "the proxy is gone",
        10_000,
        () => proxy.process.exitCode !== null || proxy.process.signalCode !== null || undefined
      )
      assert.isBelow(Date.now() - before, 12_000)
      const rest = await restOf(reader).catch(() => undefined)
      if (code === null) assert.isUndefined(rest)
      else assert.match(rest ?? "", /(^|\n)event: error\ndata: [^\n]*Pensieve is being stopped[^\n]*\n\n$/)
      assert.strictEqual(await proxy.stop(), code)
    })
})

describe("calling it wrongly", () => {
  it("says in one line what is wrong and ends with code 2", async () => {
    await startProxy({ args: ["--model", "no-such-model"] }).then(
      () => assert.fail("it started"),
      (error: Error) => assert.match(error.message, /pensieve: "no-such-model" is neither a model folder/)
    )
  })

  it("says who may hold a port that is taken", async () => {
    const proxy = await startProxy({ model: await tinyModel("long"), unready: true })
    try {
      const port = Number(new URL(proxy.base).port)
      await startProxy({ model: await tinyModel("long"), port }).then(
        () => assert.fail("it started"),
        (error: Error) => assert.match(error.message, new RegExp(`Port ${port} is taken`))
      )
    } finally {
      await proxy.stop()
    }
  })
})
