import { assert, describe, it } from "@effect/vitest"
import { startUpstream, type UpstreamOptions } from "@pensieve/test-harness"
import { Effect, Exit, Scope, Stream } from "effect"
import { type HttpUpstream, makeHttpUpstream } from "../../src/upstream/http-upstream.ts"
import { faultError } from "../../src/upstream/upstream-fault.ts"

const post = { method: "POST", path: "/v1/chat/completions", body: "{}" } as const

const live = (
  name: string,
  options: UpstreamOptions,
  test: (
    upstream: HttpUpstream,
    server: Awaited<ReturnType<typeof startUpstream>>
  ) => Effect.Effect<void, unknown, Scope.Scope>
) =>
  it.live(name, () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startUpstream(options)),
          ({ stop }) => Effect.promise(stop)
        )
        yield* test(yield* makeHttpUpstream(server.url), server)
      })
    )
  )

describe("a request to an upstream", () => {
  live(
    "brings status, headers and the bytes as they come",
    { script: { status: 203, headers: { "x-one": "1" }, steps: ["ab", "cd"] } },
    (upstream) =>
      Effect.gen(function* () {
        const response = yield* upstream.send(post)
        const chunks = yield* Stream.runCollect(response.bytes)
        assert.strictEqual(response.status, 203)
        assert.strictEqual(response.headers["x-one"], "1")
        assert.strictEqual(Buffer.concat(chunks).toString(), "abcd")
      })
  )

  live(
    "reads no more of an error than is asked for",
    { script: { status: 500, steps: ["x".repeat(100_000)] } },
    (upstream) =>
      Effect.gen(function* () {
        const response = yield* upstream.send(post)
        assert.lengthOf(yield* response.text(1000), 1000)
        assert.lengthOf(yield* (yield* upstream.send(post)).text(), 64 * 1024)
      })
  )

  live(
    "takes an error that breaks off as far as it came",
    { script: { status: 500, steps: ["it br", "die"] } },
    (upstream) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* (yield* upstream.send(post)).text(), "it br")
      })
  )

  live("ends with its scope, in whatever phase", { script: { steps: ["a", "hang"] } }, (upstream, server) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const response = yield* Scope.provide(upstream.send(post), scope)
      yield* Stream.runHead(response.bytes)
      yield* Scope.close(scope, Exit.void)
      const call = yield* Effect.promise(() => server.call(0))
      yield* Effect.timeout(
        Effect.promise(() => call.hungUp),
        "1 second"
      )
    })
  )

  live(
    "that is complete does not break its connection",
    { script: { steps: ["a", { waitMs: 50 }, "b"] } },
    (upstream, server) =>
      Effect.gen(function* () {
        const ports = new Set<number | undefined>()
        for (let round = 0; round < 2; round++) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const response = yield* upstream.send(post)
              yield* Stream.runHead(response.bytes)
              yield* response.complete
            })
          )
          yield* Effect.sleep(150)
          ports.add((yield* Effect.promise(() => server.call(round))).clientPort)
        }
        assert.strictEqual(ports.size, 1)
      })
  )

  live("that breaks gives what came before, then the fault", { script: { steps: ["ab", "die"] } }, (upstream) =>
    Effect.gen(function* () {
      const response = yield* upstream.send(post)
      const got: Array<string> = []
      const exit = yield* Effect.exit(
        Stream.runForEach(response.bytes, (bytes) => Effect.sync(() => got.push(Buffer.from(bytes).toString())))
      )
      assert.deepStrictEqual(got, ["ab"])
      assert.isTrue(Exit.isFailure(exit))
    })
  )
})

describe("a server that cannot be reached", () => {
  const faultAt = (server: string) =>
    Effect.scoped(
      Effect.flatMap(makeHttpUpstream(server), (upstream) => Effect.flip(upstream.send({ method: "GET", path: "/" })))
    )

  it.live("because nobody listens is refused, and the words say what to do", () =>
    Effect.gen(function* () {
      const fault = yield* faultAt("http://127.0.0.1:9")
      assert.deepInclude(fault, { kind: "refused", code: "ECONNREFUSED" })
      assert.match(faultError(fault, false).message, /127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)\. Start it/)
    })
  )

  it.live("because it has no such name is unknown", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* faultAt("http://no-such-host.invalid")).kind, "unknown-host")
    })
  )

  live("in the way its address says is told so", {}, (_, server) =>
    Effect.gen(function* () {
      const fault = yield* faultAt(server.url.replace("http:", "https:"))
      assert.strictEqual(fault.kind, "tls", fault.code)
      assert.match(faultError(fault, false).message, /http:\/\/ or https:\/\//)
    })
  )
})
