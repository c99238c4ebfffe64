import { startUpstream } from "@pensieve/test-harness"
import { Effect, Result } from "effect"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { createServer as createSecureServer } from "node:https"
import { type AddressInfo, connect } from "node:net"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "vitest"
import { makeHttpUpstream } from "../../src/upstream/http-upstream.ts"

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url))

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return (server.address() as AddressInfo).port
}

/** What the proxy was asked for. */
const asked: Array<string> = []
const proxy = createServer((request, response) => {
  asked.push(request.url ?? "")
  response.end("by the proxy")
})
const secure = createSecureServer(
  { key: readFileSync(fixture("key.pem")), cert: readFileSync(fixture("certificate.pem")) },
  (_, response) => response.end("by the server")
)
let proxyPort = 0

beforeAll(async () => {
  const securePort = await listening(secure)
  proxy.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    const onward = connect(securePort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      onward.pipe(socket).pipe(onward)
    })
    onward.on("error", () => socket.destroy())
    socket.on("error", () => onward.destroy())
  })
  proxyPort = await listening(proxy)
})

afterAll(() => {
  proxy.closeAllConnections()
  proxy.close()
  secure.closeAllConnections()
  secure.close()
})

beforeEach(() => {
  asked.length = 0
  vi.stubEnv("http_proxy", `127.0.0.1:${proxyPort}`)
  vi.stubEnv("https_proxy", `http://127.0.0.1:${proxyPort}`)
  vi.stubEnv("no_proxy", "direct.invalid")
})

afterEach(() => vi.unstubAllEnvs())

/** The text that a server answers with, or the fault's kind. */
const ask = (server: string) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const upstream = yield* makeHttpUpstream(server)
        const sent = yield* Effect.result(upstream.send({ method: "GET", path: "/v1/models" }))
        return Result.isSuccess(sent) ? yield* sent.success.text() : sent.failure.kind
      })
    )
  )

describe("a server elsewhere", () => {
  it("is asked by the environment's proxy", async () => {
    assert.strictEqual(await ask("http://upstream.test"), "by the proxy")
    assert.deepEqual(asked, ["http://upstream.test/v1/models"])
  })

  it("is asked directly where the environment says so", async () => {
    assert.strictEqual(await ask("http://direct.invalid"), "unknown-host")
    assert.isEmpty(asked)
  })

  it("is trusted over TLS by the environment's certificates, through the proxy", async () => {
    vi.stubEnv("SSL_CERT_FILE", fixture("certificate.pem"))
    assert.strictEqual(await ask("https://upstream.test"), "by the server")
    assert.deepEqual(asked, ["CONNECT upstream.test:443"])
  })

  it("is not trusted without them", async () => {
    assert.strictEqual(await ask("https://upstream.test"), "tls")
  })
})

describe("a server of this machine", () => {
  it.each(["127.0.0.1", "localhost"])("at %s is asked directly, whatever the environment says", async (host) => {
    const server = await startUpstream()
    assert.notStrictEqual(await ask(`http://${host}:${server.port}`), "by the proxy")
    assert.isEmpty(asked)
    await server.stop()
  })
})
