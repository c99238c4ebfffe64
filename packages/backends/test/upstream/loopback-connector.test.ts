import { assert, describe, it } from "@effect/vitest"
import { startUpstream } from "@pensieve/test-harness"
import { Effect, Result } from "effect"
import { channel } from "node:diagnostics_channel"
import { afterEach, beforeEach } from "vitest"
import { makeHttpUpstream } from "../../src/upstream/http-upstream.ts"
import { loopbackConnector } from "../../src/upstream/loopback-connector.ts"

/** The status that a server answers with, or the fault's kind. */
const ask = (server: string) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const upstream = yield* makeHttpUpstream(server, { localOnly: true })
        const sent = yield* Effect.result(upstream.send({ method: "GET", path: "/v1/models" }))
        return Result.isSuccess(sent) ? sent.success.status : sent.failure.kind
      })
    )
  )

describe("with localOnly", () => {
  const sockets: Array<unknown> = []
  const count = (message: unknown) => void sockets.push(message)
  beforeEach(() => {
    sockets.length = 0
    channel("net.client.socket").subscribe(count)
  })
  afterEach(() => void channel("net.client.socket").unsubscribe(count))

  it.each(["http://192.0.2.1", "http://[2001:db8::1]:8080", "https://192.0.2.1"])(
    "no socket is opened to %s",
    async (server) => {
      assert.strictEqual(await ask(server), "elsewhere")
      assert.isEmpty(sockets)
    }
  )

  it.each(["127.0.0.1", "localhost"])("a server at %s answers", async (host) => {
    const server = await startUpstream()
    assert.strictEqual(await ask(`http://${host}:${server.port}`), 200)
    assert.isNotEmpty(sockets)
    await server.stop()
  })

  /** The address that is connected to, or the fault's code, for a name with these addresses. */
  const connected = (port: string, ...addresses: ReadonlyArray<string>) =>
    new Promise<string | undefined>((resolve) => {
      const connect = loopbackConnector({ timeout: 2000 }, (_, __, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
        )
      )
      connect({ hostname: "models.example", protocol: "http:", port }, (error, socket) => {
        resolve(error === null ? socket?.remoteAddress : Reflect.get(error, "code"))
        socket?.destroy()
      })
    })

  it("a name is connected to at its addresses on this machine only", async () => {
    const server = await startUpstream()
    const port = String(server.port)
    assert.strictEqual(await connected(port, "192.0.2.1", "127.0.0.1"), "127.0.0.1")
    assert.strictEqual(await connected(port, "192.0.2.1", "2001:db8::1"), "ENOTLOOPBACK")
    assert.strictEqual(await connected(port), "ENOTLOOPBACK")
    await server.stop()
  })
})
