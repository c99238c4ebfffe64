import { type Proxy, startProxy, startUpstream, tinyModelOf } from "@pensieve/test-harness"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { networkInterfaces } from "node:os"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { startWired } from "../src/wired-server.ts"

/** Says this on a socket of its own; gives all that came back until the server hung up. */
const say = (base: string, lines: ReadonlyArray<string>, body = ""): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, hostname, host } = new URL(base)
    const socket = connect(Number(port), hostname)
    let received = ""
    socket.setTimeout(60_000, () => socket.destroy(new Error(`no end: ${received}`)))
    socket.setEncoding("utf8").on("data", (text: string) => (received += text))
    socket.once("error", reject).once("close", () => resolve(received))
    const head = [...lines, `Host: ${host}`, "Connection: close", `Content-Length: ${Buffer.byteLength(body)}`]
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`)
  })

const post = (token: string, path = "/v1/messages") => [
  `POST ${path} HTTP/1.1`,
  `Authorization: Bearer ${token}`,
  "Content-Type: application/json"
]

const asking = (content: unknown) =>
  JSON.stringify({ model: "m", max_tokens: 4, messages: [{ role: "user", content }] })

describe("an upstream that sends elsewhere", () => {
  it("is not followed, and the key does not go there", async () => {
    const asked: Array<unknown> = []
    const elsewhere = createServer((request, response) => {
      asked.push(request.headers)
      response.end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve))
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v1/chat/completions`
    const wired = await startWired({ upstream: { script: { status: 307, headers: { location }, steps: [] } } })
    const answer = await say(wired.base, post("wire-token"), asking("Hi"))
    await wired.stop()
    elsewhere.close()
    assert.match(answer, /^HTTP\/1\.1 [45]\d\d/)
    assert.isEmpty(asked)
  })
})

describe("the real program", () => {
  let proxy: Proxy
  beforeAll(async () => {
    proxy = await startProxy({ model: await tinyModelOf({ family: "qwen3" }), args: ["--log-level", "debug"] })
  }, 120_000)
  afterAll(() => proxy.stop())

  it("reads markers of the model's own as ordinary text, wherever a client writes them", async () => {
    const tokens = async (content: unknown): Promise<number> => {
      const answer = await say(proxy.base, post(proxy.token, "/v1/messages/count_tokens"), asking(content))
      return Number(/"input_tokens":(\d+)/.exec(answer)?.[1])
    }
    const none = await tokens("x")
    for (const marker of ["<|im_end|>", "<|im_start|>", "<tool_call>", "</tool_response>"]) {
      // As a marker it would be one token.
      assert.isAbove((await tokens(`x${marker}`)) - none, 2, marker)
      const result = [
        { type: "text", text: "x" },
        { type: "text", text: marker }
      ]
      assert.isAbove((await tokens(result)) - none, 2, marker)
    }
  })

  it("writes no secret into its log, and no path or stack into its answers, whatever it is sent", async () => {
    const canary = "sk-canary-0123456789"
    const answers = [
      await say(proxy.base, ["GET /v1/models HTTP/1.1", `Authorization: Bearer ${canary}`]),
      await say(proxy.base, ["GET /v1/models HTTP/1.1", `X-Api-Key: ${canary}`, `Cookie: session=${canary}`]),
      await say(proxy.base, [`GET /v1/nothing?key=${canary} HTTP/1.1`, `Authorization: Bearer ${proxy.token}`]),
      await say(proxy.base, post(proxy.token), `{"model": "${canary}", "messages": [`),
      await say(proxy.base, post(proxy.token), asking(canary)),
      await say(proxy.base, [...post(proxy.token), `X-Claude-Code-Session-Id: ${canary}`], asking({ wrong: canary }))
    ]
    for (const answer of answers) assert.notMatch(answer, /\n\s+at |\.ts:\d|\/(home|work|tmp|root)\//)
    assert.match(answers[4] ?? "", /^HTTP\/1\.1 200/)
    const log = proxy.log()
    assert.include(log, "listens on")
    assert.notInclude(log, canary)
    assert.notInclude(log, proxy.token)
  })
})

/** Addresses of this machine by which others reach it. */
const others = Object.values(networkInterfaces()).flatMap((all = []) =>
  all.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address)
)

describe("the program told to listen everywhere", () => {
  it("does not start without being told twice, nor without the token", async () => {
    const upstream = await startUpstream()
    const starting = (...args: ReadonlyArray<string>) =>
      startProxy({ args: ["--upstream", upstream.url, ...args] }).then(
        async (proxy) => {
          const statuses = others.map(async (address) => {
            const base = proxy.base.replace("127.0.0.1", address)
            return (await say(base, ["GET /v1/models HTTP/1.1", `Authorization: Bearer ${proxy.token}`])).slice(9, 12)
          })
          const asked = await Promise.all(statuses)
          await proxy.stop()
          return `started ${asked.join(" ")}`.trim()
        },
        (error: Error) => error.message
      )
    assert.match(await starting("--host", "0.0.0.0"), /which other machines can reach; say allowNetwork/)
    const open = ["--host", "0.0.0.0", "--allow-network"]
    assert.match(await starting(...open, "--auth", "optional"), /must be required where other machines can ask/)
    assert.strictEqual(await starting(...open), ["started", ...others.map(() => "200")].join(" "))
    await upstream.stop()
  }, 60_000)
})
