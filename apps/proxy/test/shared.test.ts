import {
  jsonAnswer,
  type Proxy,
  type RedisServer,
  says,
  type ScriptedUpstream,
  startProxy,
  startRedis,
  startUpstream,
  until
} from "@pensieve/test-harness"
import { createConnection } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

/** How often the server was asked what rests. */
const looks = ({ port }: RedisServer): Promise<number> =>
  new Promise((resolve, reject) => {
    let text = ""
    const socket = createConnection(port, "127.0.0.1", () => socket.end("INFO commandstats\r\n"))
    socket.on("data", (data) => (text += data.toString()))
    socket.once("error", reject)
    socket.once("close", () => resolve(Number(/cmdstat_pttl:calls=(\d+)/.exec(text)?.[1] ?? 0)))
  })

describe("two proxies that share a Redis server", () => {
  let redis: RedisServer
  let first: ScriptedUpstream
  let second: ScriptedUpstream
  let proxies: ReadonlyArray<Proxy> = []

  beforeAll(async () => {
    redis = await startRedis()
    first = await startUpstream({ script: says("first") })
    second = await startUpstream({ script: says("second") })
    const config = `
backends: {a: {kind: openai, url: "${first.url}"}, b: {kind: openai, url: "${second.url}"}}
models: {m: {targets: [a], fallbacks: [b]}}
cache: {use: all, redis: "${redis.url}"}
`
    proxies = [await startProxy({ config }), await startProxy({ config })]
    for (const proxy of proxies)
      await until("redis is there", 20_000, () => proxy.log().includes("redis is there") || undefined)
  }, 400_000)
  afterAll(async () => {
    for (const proxy of proxies) await proxy.stop()
    await Promise.all([first.stop(), second.stop(), redis.stop()])
  })

  const ask = async (proxy: Proxy | undefined, content: string) => {
    assert.isDefined(proxy)
    const response = await fetch(`${proxy?.base}/v1/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${proxy?.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content }] })
    })
    const { content: parts } = (await response.json()) as { readonly content: ReadonlyArray<{ readonly text: string }> }
    return { text: parts.map((part) => part.text).join(""), cache: response.headers.get("x-pensieve-cache") }
  }

  it("give each other's answers", async () => {
    assert.deepStrictEqual(await ask(proxies[0], "Hi"), { text: "first", cache: "miss" })
    const asked = first.calls.length
    await until("the answer is there", 20_000, async () => (await ask(proxies[1], "Hi")).cache === "hit" || undefined)
    assert.strictEqual((await ask(proxies[1], "Hi")).text, "first")
    assert.isAtMost(first.calls.length, asked + 1)
  })

  it("leave a backend alone that one of them found over its limit", async () => {
    first.play(jsonAnswer({ error: { message: "slow down" } }, 429, { "retry-after": "50" }))
    assert.strictEqual((await ask(proxies[0], "a new one")).text, "second")
    // Both look each second; once they have looked twice more, the other has read what the first wrote.
    const before = await looks(redis)
    await until("both have looked again", 20_000, async () => (await looks(redis)) >= before + 8 || undefined)
    const asked = first.calls.length
    assert.strictEqual((await ask(proxies[1], "another")).text, "second")
    assert.strictEqual(first.calls.length, asked)
  })
})
