import { type Proxy, startProxy, tinyModelOf, until } from "@pensieve/test-harness"
import { afterEach, assert, beforeAll, describe, it } from "vitest"

let folders: Readonly<Record<"big" | "small", string>>
let proxy: Proxy

beforeAll(async () => {
  folders = { big: await tinyModelOf({ family: "qwen3" }), small: await tinyModelOf({ family: "llama" }) }
}, 120_000)
afterEach(() => proxy.stop())

const configuration = (rest = "") => `backends:
  one: {kind: mlx, model: ${folders.big}}
  two: {kind: mlx, model: ${folders.small}}
models:
  big: {targets: [one]}
  small: {targets: [two], aliases: ["claude-haiku-*"]}
${rest}`

const headers = () => ({ authorization: `Bearer ${proxy.token}`, "content-type": "application/json" })

const ask = async (model: string, maxTokens = 8) => {
  const body = { model, max_tokens: maxTokens, messages: [{ role: "user", content: "Tell me a story" }] }
  const response = await fetch(`${proxy.base}/v1/messages`, {
    method: "POST",
    headers: headers(),
    body: JSON.stringify(body)
  })
  return { status: response.status, route: response.headers.get("x-pensieve-route"), text: await response.text() }
}

const statuses = async (): Promise<Readonly<Record<string, string>>> => {
  const health = (await (await fetch(`${proxy.base}/health`, { headers: headers() })).json()) as {
    backends: ReadonlyArray<{ name: string; status: string }>
  }
  return Object.fromEntries(health.backends.map(({ name, status }) => [name, status]))
}

describe("several models of this machine", () => {
  it("are loaded when a request asks for them by an alias, and only then", async () => {
    proxy = await startProxy({ config: configuration() })
    assert.deepEqual(await statuses(), { one: "ready", two: "asleep" })
    await fetch(`${proxy.base}/v1/models`, { headers: headers() })
    assert.lengthOf(proxy.children(), 1)
    const { status, route } = await ask("claude-haiku-4-5")
    assert.strictEqual(status, 200)
    assert.match(route ?? "", /^two\//)
    assert.deepEqual(await statuses(), { one: "ready", two: "ready" })
    assert.lengthOf(proxy.children(), 2)
  })

  it("go when nobody has asked for long, and come back with the next request", async () => {
    proxy = await startProxy({ config: configuration("idleMinutes: 0.1\n") })
    assert.strictEqual((await ask("big")).status, 200)
    await until("the model is unloaded", 50_000, () => (proxy.children().length === 0 ? true : undefined))
    assert.strictEqual((await statuses())["one"], "asleep")
    assert.isTrue((await fetch(`${proxy.base}/health`)).ok)
    assert.strictEqual((await ask("big")).status, 200)
    assert.lengthOf(proxy.children(), 1)
  }, 90_000)
})

describe("a machine that sleeps in the middle of an answer", () => {
  it("goes on with it when it wakes, and answers what comes then", async () => {
    proxy = await startProxy({ model: await tinyModelOf({ shape: "bench" }) })
    const processes = [proxy.process.pid ?? 0, ...proxy.children()]
    const answer = ask("m", 120)
    await until("it answers", 20_000, async () => {
      const health = (await (await fetch(`${proxy.base}/health`, { headers: headers() })).json()) as {
        running: ReadonlyArray<{ phase: string }>
      }
      return health.running.some(({ phase }) => phase === "answering") ? true : undefined
    })
    for (const pid of processes) process.kill(pid, "SIGSTOP")
    await new Promise((resolve) => setTimeout(resolve, 4000))
    for (const pid of processes) process.kill(pid, "SIGCONT")
    const { status, text } = await answer
    assert.strictEqual(status, 200)
    assert.strictEqual((JSON.parse(text) as { usage: { output_tokens: number } }).usage.output_tokens, 120)
    assert.strictEqual((await ask("m")).status, 200)
    assert.deepEqual([proxy.process.pid ?? 0, ...proxy.children()], processes)
  }, 60_000)
})
