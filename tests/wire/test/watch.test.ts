import {
  answerOf,
  delta,
  done,
  says,
  type ScriptedUpstream,
  startUpstream,
  until,
  usageChunk,
  words
} from "@pensieve/test-harness"
import { afterEach, assert, describe, it } from "vitest"
import { question, startWired, token, type Wired } from "../src/wired-server.ts"

/** A port that no system gives to those who ask for any: nobody takes it while nobody listens. */
const ownPort = () => 15_000 + Math.floor(Math.random() * 15_000)

const health = async (wired: Wired) => {
  const response = await fetch(`${wired.base}/health`)
  return { status: response.status, body: (await response.json()) as { readonly status: string } }
}

const healthy = (wired: Wired) =>
  until("the server is healthy", 30_000, async () => ((await health(wired)).status === 200 ? true : undefined))

describe("an upstream that is not there", () => {
  let wired: Wired
  let second: ScriptedUpstream | undefined
  afterEach(async () => {
    await wired.stop()
    await second?.stop()
    second = undefined
  })

  it("leaves the server up, unhealthy, and honest about the remedy; it serves as soon as the upstream comes", async () => {
    const port = ownPort()
    wired = await startWired({ backend: { url: `http://127.0.0.1:${port}` } })
    const response = await wired.post(question)
    const body = (await response.json()) as { readonly error: { readonly message: string } }
    assert.strictEqual(response.status, 503)
    assert.match(body.error.message, new RegExp(`http://127.0.0.1:${port} cannot be reached .*Start it`))
    const { status, body: told } = await health(wired)
    assert.deepStrictEqual([status, told.status], [503, "unhealthy"])
    second = await startUpstream({ port, script: says("I am back") })
    // The request itself looks for the upstream: nobody has to wait for the watch.
    const message = await wired.anthropic.messages.create(question)
    assert.deepInclude(message.content[0], { text: "I am back" })
    assert.strictEqual((await health(wired)).status, 200)
  })

  it("is found by itself when it comes", async () => {
    const port = ownPort()
    wired = await startWired({ backend: { url: `http://127.0.0.1:${port}` } })
    assert.strictEqual((await health(wired)).status, 503)
    second = await startUpstream({ port })
    await healthy(wired)
    assert.match(wired.log(), /upstream ready/)
  })

  it("that goes away between two requests is told, and found again", async () => {
    const port = ownPort()
    wired = await startWired({ upstream: { port, script: says("one") } })
    await wired.anthropic.messages.create(question)
    await wired.upstream.stop()
    assert.strictEqual((await wired.post(question)).status, 503)
    assert.strictEqual((await health(wired)).status, 503)
    second = await startUpstream({ port, script: says("two") })
    const message = await wired.anthropic.messages.create(question)
    assert.deepInclude(message.content[0], { text: "two" })
  })

  it("wants a key: the words say where it goes", async () => {
    wired = await startWired({
      upstream: { statuses: { "GET /v1/models": [401, { error: { message: "You need a key" } }] } }
    })
    const response = await wired.post(question)
    assert.strictEqual(response.status, 401)
    assert.match(await response.text(), /put it into PENSIEVE_UPSTREAM_KEY/)
    assert.strictEqual((await health(wired)).status, 503)
  })
})

describe("a server that is loading", () => {
  it("is starting, not broken", async () => {
    const wired = await startWired({
      upstream: {
        statuses: { "GET /v1/models": [503, { error: { message: "Loading model", type: "unavailable_error" } }] }
      }
    })
    try {
      await until("the first look is over", 30_000, async () => /upstream not ready/.test(wired.log()) || undefined)
      assert.deepInclude((await health(wired)).body, { status: "starting" })
      assert.strictEqual((await wired.post(question)).status, 529)
    } finally {
      await wired.stop()
    }
  })
})

describe("the models of an upstream", () => {
  const entry = (id: string, more = {}) => ({ id, object: "model", owned_by: "somebody", ...more })
  const routes = {
    "GET /v1/models": {
      object: "list",
      data: [entry("text-embedding-x"), entry("first", { context_length: 50_000 }), entry("second")]
    }
  }

  it("are shown, with the windows it tells", async () => {
    const wired = await startWired({ upstream: { routes } })
    try {
      const page = await wired.anthropic.models.list()
      assert.deepStrictEqual(
        page.data.map(({ id, max_input_tokens }) => [id, max_input_tokens]),
        [
          ["text-embedding-x", null],
          ["first", 50_000],
          ["second", null]
        ]
      )
      assert.strictEqual((await wired.anthropic.models.retrieve("claude-opus-4")).max_input_tokens, 50_000)
      assert.deepStrictEqual((await wired.openai.models.list()).data.map(({ id }) => id).slice(1), ["first", "second"])
    } finally {
      await wired.stop()
    }
  })

  it("have a card that says what they can do, as far as it was seen", async () => {
    const answer = answerOf(words("Hello"), delta({}, "stop"), usageChunk(1000, 5, 900), done)
    const wired = await startWired({ upstream: { routes, script: answer } })
    const card = async () => {
      const health = await fetch(`${wired.base}/health`, { headers: { authorization: `Bearer ${token}` } })
      const { backends } = (await health.json()) as { readonly backends: ReadonlyArray<{ readonly card?: object }> }
      return backends[0]?.card
    }
    try {
      await healthy(wired)
      const known = { window: 50_000, tools: "native", images: true, estimatesTokens: true }
      assert.deepInclude(await card(), { ...known, reportsCache: false })
      await (await wired.post(question)).text()
      assert.deepInclude(await card(), { ...known, reportsCache: true })
    } finally {
      await wired.stop()
    }
  })

  const asked = async (model: string, backend = {}) => {
    const wired = await startWired({ upstream: { routes, script: says("x") }, backend })
    try {
      const response = await wired.post({ ...question, model })
      const { model: echoed } = (await response.json()) as { readonly model: string }
      assert.strictEqual(echoed, model)
      const { model: sent } = JSON.parse((await wired.upstream.call(0)).text) as { readonly model: string }
      assert.strictEqual(response.headers.get("x-pensieve-route")?.startsWith("openai/"), true)
      return sent
    } finally {
      await wired.stop()
    }
  }

  it("answer by name; every other name is the first one that makes text", async () => {
    assert.strictEqual(await asked("claude-haiku-4-5"), "first")
    assert.strictEqual(await asked("second"), "second")
  })

  it("answer all by the one that the user named", async () => {
    assert.strictEqual(await asked("claude-haiku-4-5", { model: "second" }), "second")
    assert.strictEqual(await asked("first", { model: "second" }), "second")
    assert.strictEqual(await asked("first", { model: "not-listed" }), "not-listed")
  })

  it("are the client's own names where the server lists none", async () => {
    const wired = await startWired({
      upstream: { script: says("x"), statuses: { "GET /v1/models": [404, {}] } }
    })
    try {
      await wired.post({ ...question, model: "whatever" })
      assert.include((await wired.upstream.call(0)).text, '"model":"whatever"')
    } finally {
      await wired.stop()
    }
  })

  it("may be replaced while the server runs: the next request goes to the successor", async () => {
    const listed = { object: "list", data: [entry("old")] }
    const wired = await startWired({ upstream: { routes: { "GET /v1/models": listed } } })
    try {
      wired.upstream.play(({ text }) =>
        text.includes('"model":"new"')
          ? says("new here")
          : { status: 404, steps: [JSON.stringify({ error: { message: "The model `old` does not exist." } })] }
      )
      await until("the first look is over", 30_000, async () => /upstream ready/.test(wired.log()) || undefined)
      listed.data = [entry("new")]
      const message = await wired.anthropic.messages.create(question)
      assert.deepInclude(message.content[0], { text: "new here" })
    } finally {
      await wired.stop()
    }
  })
})

describe("the address of an upstream", () => {
  for (const path of ["", "/", "/v1", "/v1/"])
    it(`may end in "${path}"`, async () => {
      const upstream = await startUpstream({ script: says("x") })
      const wired = await startWired({ backend: { url: upstream.url + path } })
      try {
        assert.strictEqual((await wired.post(question)).status, 200)
        assert.strictEqual((await upstream.call(0)).path, "/v1/chat/completions")
      } finally {
        await wired.stop()
        await upstream.stop()
      }
    })

  it("may have its API elsewhere", async () => {
    const list = { data: [{ id: "m" }] }
    const upstream = await startUpstream({
      script: says("x"),
      routes: { "GET /api/models": list },
      statuses: { "GET /v1/models": [404, {}] }
    })
    const wired = await startWired({ backend: { url: `${upstream.url}/api` } })
    try {
      await wired.post(question)
      assert.strictEqual((await upstream.call(0)).path, "/api/chat/completions")
    } finally {
      await wired.stop()
      await upstream.stop()
    }
  })
})
