import {
  delta,
  ending,
  jsonAnswer,
  messageEnd,
  messageOf,
  says,
  type ScriptedUpstream,
  textBlock,
  until,
  type UpstreamAnswer,
  words
} from "@pensieve/test-harness"
import { afterEach, assert, describe, it } from "vitest"
import { gather, readEvents } from "../src/read-stream.ts"
import { type PoolModel, type PoolUpstream, startPool, type WiredPool } from "../src/wired-pool.ts"
import { question } from "../src/wired-server.ts"

let pool: WiredPool | undefined
afterEach(async () => {
  await pool?.stop()
  pool = undefined
})

const start = async (model: PoolModel, upstreams: ReadonlyArray<PoolUpstream>, options = {}) => {
  pool = await startPool(model, upstreams, options)
  return pool
}

/** What a client of a conversation gets. */
const ask = async (served: WiredPool, session?: string, more: object = {}) => {
  const headers: Record<string, string> = session === undefined ? {} : { "x-claude-code-session-id": session }
  const response = await served.post({ ...question, stream: true, ...more }, undefined, "/v1/messages", headers)
  const route = response.headers.get("x-pensieve-route")
  const retryAfter = response.headers.get("retry-after")
  return { status: response.status, route, retryAfter, answer: gather(await readEvents(response)) }
}

const asked = ({ upstreams }: WiredPool) => upstreams.map(({ calls }) => calls.length)
const two: PoolModel = { replicas: ["b0", "b1"] }
const withFallback: PoolModel = { replicas: ["b0"], fallbacks: ["b1"] }
const down: UpstreamAnswer = { before: ["die"], steps: [] }
const failing = jsonAnswer({ error: { message: "broken" } }, 500)
const says0: PoolUpstream = { upstream: { script: says("zero") } }
const says1: PoolUpstream = { upstream: { script: says("one") } }

/** An answer that goes on when it is told to. */
const held = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const script: UpstreamAnswer = {
    steps: [delta({ role: "assistant", content: "" }), words("wait"), { until: promise }, ending()]
  }
  return { script, release: resolve }
}

describe("a conversation", () => {
  it("stays with one replica, while others go to the other", async () => {
    const served = await start(two, [says0, says1])
    const routes = new Map<string, Set<string | null>>()
    for (const session of ["s1", "s2", "s3", "s4", "s5", "s6", "s1", "s2", "s3", "s4", "s5", "s6"]) {
      const { route } = await ask(served, session)
      routes.set(session, (routes.get(session) ?? new Set()).add(route))
    }
    for (const seen of routes.values()) assert.strictEqual(seen.size, 1)
    assert.isTrue(asked(served).every((count) => count > 0))
  })
})

describe("a replica", () => {
  it.each<[string, UpstreamAnswer]>([
    ["dies before its headers", down],
    ["dies behind its headers", { steps: ["die"] }],
    ["breaks over requests", failing],
    ["is over its limit", jsonAnswer({ error: { message: "slow down" } }, 429)],
    ["no longer has the model", jsonAnswer({ error: { message: "no such model", code: "model_not_found" } }, 404)]
  ])("that %s is followed by the other, and the client sees one whole answer", async (_, trouble) => {
    const served = await start(withFallback, [{ upstream: { script: trouble } }, says1])
    const { status, route, answer } = await ask(served, "s")
    assert.deepStrictEqual([status, answer.text, answer.stop, answer.error], [200, "one", "end_turn", undefined])
    assert.strictEqual(route, "b1/scripted-model; rule=default")
  })

  it("that dies behind its first word ends the answer with an error; nothing is said twice", async () => {
    const script = { steps: [delta({ role: "assistant", content: "" }), words("half"), "die" as const] }
    const served = await start(withFallback, [{ upstream: { script } }, says1])
    const { answer } = await ask(served)
    assert.strictEqual(answer.text, "half")
    assert.match(answer.error ?? "", /broke off/)
    assert.strictEqual(asked(served)[1], 0)
  })

  it("that is not there gets no more requests until it is back", async () => {
    const served = await start(two, [says0, says1])
    const { route = "" } = await ask(served, "mine")
    const [own, other] = route?.startsWith("b0") === true ? [0, 1] : [1, 0]
    const gone = served.upstreams[own] as ScriptedUpstream
    gone.play(down)
    for (let turn = 0; turn < 4; turn++)
      assert.strictEqual((await ask(served, "mine")).answer.text, other === 0 ? "zero" : "one")
    // One request, tried three times by its backend.
    assert.strictEqual(asked(served)[own], 1 + 3)
    gone.play(says("back"))
    await until("it is asked again", 20_000, async () => {
      await ask(served)
      const calls = asked(served)[own] ?? 0
      return calls > 4 || undefined
    })
  })

  it("that is slow holds nobody else up, and its answer comes whole, once", async () => {
    const served = await start(two, [says0, says1])
    const { route } = await ask(served, "mine")
    const [own, other] = route?.startsWith("b0") === true ? [0, 1] : [1, 0]
    const { promise: go, resolve } = Promise.withResolvers<void>()
    const slow = served.upstreams[own] as ScriptedUpstream
    slow.play({ before: [{ until: go }], ...says("slowly") })
    const waiting = ask(served, "mine")
    await slow.call(1)
    for (const session of ["h1", "h2", "h3", "h4"])
      assert.strictEqual((await ask(served, session)).answer.text, other === 0 ? "zero" : "one")
    resolve()
    assert.strictEqual((await waiting).answer.text, "slowly")
    assert.deepStrictEqual([asked(served)[own], asked(served)[other]], [2, 4])
  })

  it("is not locked by one request that it always fails over", async () => {
    const served = await start(two, [says0, says1])
    const poison = { messages: [{ role: "user", content: "poison" }] }
    for (const upstream of served.upstreams)
      upstream.play(({ text }) => (text.includes("poison") ? failing : says("fine")))
    for (let time = 0; time < 4; time++) assert.strictEqual((await ask(served, "bad", poison)).status, 500)
    const before = asked(served)
    for (const session of ["g1", "g2", "g3", "g4"]) assert.strictEqual((await ask(served, session)).answer.text, "fine")
    const after = asked(served)
    assert.isTrue(
      after.every((count, index) => count > (before[index] ?? 0)),
      "both are still asked"
    )
  })
})

describe("a request that is wrong", () => {
  it.each([
    [400, { error: { message: "messages: wrong", type: "invalid_request_error" } }],
    [413, { error: { message: "too large" } }]
  ])("is refused once, with status %i", async (code, body) => {
    const served = await start(withFallback, [{ upstream: { script: jsonAnswer(body, code) } }, says1])
    assert.strictEqual((await ask(served)).status, code)
    assert.strictEqual(asked(served)[1], 0)
  })
})

describe("what this machine could answer", () => {
  const upstreams = [{ upstream: { script: failing } }, { ...says1, local: false }]

  it("goes nowhere else", async () => {
    const served = await start(withFallback, upstreams)
    assert.strictEqual((await ask(served)).status, 500)
    assert.strictEqual(served.upstreams[1]?.calls.length, 0)
  })

  it("does where that is allowed", async () => {
    const served = await start(withFallback, upstreams, { allowRemoteFallback: true })
    assert.strictEqual((await ask(served)).answer.text, "one")
  })
})

describe("slots", () => {
  it("are respected; who waits is answered in turn, who finds the line full is told when to come again", async () => {
    const served = await start({ replicas: ["b0"] }, [{ slots: 1 }, says1], { queue: 1 })
    const [upstream] = served.upstreams
    const first = held()
    const second = held()
    upstream?.play((_, place) => (place === 0 ? first.script : second.script))
    const one = ask(served)
    await upstream?.call(0)
    const others = [ask(served), ask(served)]
    const refused = await Promise.race(others)
    assert.strictEqual(refused.status, 529)
    assert.isAtLeast(Number(refused.retryAfter), 1)
    assert.isAtMost(Number(refused.retryAfter), 60)
    assert.strictEqual(upstream?.calls.length, 1)
    first.release()
    assert.strictEqual((await one).answer.text, "wait")
    await upstream?.call(1)
    second.release()
    const texts = (await Promise.all(others)).map(({ answer }) => answer.text)
    assert.sameMembers(texts, ["", "wait"])
  })

  it("that are all taken make a request wait for any replica; a client that goes away leaves the line", async () => {
    const served = await start(two, [{ slots: 1 }, { slots: 1 }])
    const holds = served.upstreams.map((upstream) => {
      const hold = held()
      upstream.play((_, place) => (place === 0 ? hold.script : says("next")))
      return hold
    })
    const running = [ask(served), ask(served)]
    await Promise.all(served.upstreams.map((upstream) => upstream.call(0)))
    const gone = new AbortController()
    const left = served.post({ ...question, stream: true }, gone.signal).then(
      (response) => response.text().catch(() => "gone"),
      () => "gone"
    )
    const waiting = ask(served)
    gone.abort()
    assert.strictEqual(await left, "gone")
    holds[1]?.release()
    assert.strictEqual((await waiting).answer.text, "next")
    assert.deepStrictEqual(asked(served), [1, 2])
    holds[0]?.release()
    for (const one of running) assert.strictEqual((await one).answer.text, "wait")
  })
})

describe("services that speak the client's API", () => {
  const anthropicSays = (text: string): PoolUpstream => ({
    kind: "anthropic",
    upstream: { script: messageOf(textBlock(0, text), messageEnd()) }
  })
  const overloaded: PoolUpstream = {
    kind: "anthropic",
    upstream: { script: jsonAnswer({ type: "error", error: { type: "overloaded_error", message: "busy" } }, 529) }
  }

  it("follow each other, untranslated", async () => {
    const served = await start(withFallback, [overloaded, anthropicSays("second")])
    const { answer, route } = await ask(served)
    assert.strictEqual(answer.text, "second")
    assert.match(route ?? "", /^b1\//)
    assert.deepStrictEqual(JSON.parse(served.upstreams[1]?.calls[0]?.text ?? ""), { ...question, stream: true })
  })

  it("are followed by one that speaks another", async () => {
    const served = await start(withFallback, [overloaded, says1])
    assert.strictEqual((await ask(served)).answer.text, "one")
  })

  it("have the last word where nobody is left", async () => {
    const served = await start(withFallback, [overloaded, { upstream: { script: failing } }])
    assert.strictEqual((await ask(served)).status, 529)
  })
})
