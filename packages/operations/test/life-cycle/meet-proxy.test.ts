import { describe, it } from "@effect/vitest"
import { challengeHeader, proofHeader, proofOf } from "@pensieve/auth"
import { meetProxy, portHolder, type ProxyHealth } from "@pensieve/operations"
import { Effect } from "effect"
import { createServer, type RequestListener } from "node:http"
import { assert } from "vitest"

/** Serves for the length of a test. */
const listening = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
      const server = createServer(listener).listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(
          Effect.succeed({
            port: typeof address === "object" && address !== null ? address.port : 0,
            close: () => server.close().closeAllConnections()
          })
        )
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const health: ProxyHealth = {
  status: "healthy",
  version: "9.9.9",
  instance: "i",
  pid: 1,
  home: "/h",
  startedAt: 1,
  backend: "mlx",
  model: "m"
}

/** Answers as a proxy with this token does. */
const proxyWith =
  (token: string, trusted: unknown, heard: Array<string | undefined> = []): RequestListener =>
  (request, response) => {
    heard.push(request.headers.authorization)
    const challenge = String(request.headers[challengeHeader])
    response
      .setHeader("request-id", "req_1")
      .setHeader(proofHeader, proofOf(token, request.socket.localPort ?? 0, challenge))
    response.end(JSON.stringify(request.headers.authorization === undefined ? { status: "healthy" } : trusted))
  }

describe("meeting who listens on a port", () => {
  it.live("knows a proxy that proves to know the token, and asks it for the rest", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { port } = yield* listening(proxyWith("t", health))
        assert.deepEqual(yield* meetProxy(port, "t"), { who: "ours", health })
      })
    )
  )

  it.live("does not send the token to one that proves nothing, or proves it for another port", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const heard: Array<string | undefined> = []
        const other = yield* listening(proxyWith("other", health, heard))
        assert.strictEqual((yield* meetProxy(other.port, "t")).who, "strange-proxy")
        const relay = yield* listening((request, response) => {
          heard.push(request.headers.authorization)
          response.setHeader(proofHeader, proofOf("t", other.port, String(request.headers[challengeHeader]))).end("{}")
        })
        assert.strictEqual((yield* meetProxy(relay.port, "t")).who, "stranger")
        assert.deepEqual(heard, [undefined, undefined])
      })
    )
  )

  it.live("names the version of a proxy that tells its health in another way", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { port } = yield* listening(proxyWith("t", { status: "healthy", version: "0.0.1" }))
        assert.deepEqual(yield* meetProxy(port, "t"), { who: "other-version", version: "0.0.1" })
      })
    )
  )

  it.live("tells nobody from a stranger, who may say nothing at all or what is not HTTP", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { port, close } = yield* listening((_, response) => response.socket?.end("what?\n"))
        assert.strictEqual((yield* meetProxy(port, "t")).who, "stranger")
        close()
        assert.strictEqual((yield* meetProxy(port, "t")).who, "nobody")
      })
    )
  )
})

describe("the holder of a port", () => {
  it.live("is the process that listens on it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { port, close } = yield* listening(() => undefined)
        assert.strictEqual((yield* portHolder(port))?.pid, process.pid)
        close()
        assert.isUndefined(yield* portHolder(port))
      })
    )
  )
})
