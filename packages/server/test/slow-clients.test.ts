import { describe, it } from "@effect/vitest"
import type { ListenOptions } from "@pensieve/server"
import { Effect, Stream } from "effect"
import { assert } from "vitest"
import { openRaw, type RawSocket, rawStatus } from "./raw-socket.ts"
import { freshFolder, plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"

/** A twentieth of what clients are given. */
const patience = { headersMs: 500, bodyMs: 1500, idleMs: 3000 }

const live = (
  name: string,
  test: (base: string, host: string) => Promise<void>,
  backend: TestBackend = {},
  listen: Partial<ListenOptions> = { patience }
) =>
  it.live(
    name,
    () =>
      Effect.scoped(
        Effect.flatMap(startServer(backend, {}, freshFolder, listen), (base) =>
          Effect.promise(() => test(base, `Host: ${new URL(base).host}`))
        )
      ),
    30_000
  )

const bearer = `Authorization: Bearer ${token}`
const good = (host: string) => `GET /v1/models HTTP/1.1\r\n${host}\r\n${bearer}\r\nConnection: close\r\n\r\n`
const post = (host: string, length: number) =>
  `POST /v1/messages HTTP/1.1\r\n${host}\r\n${bearer}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
const body = JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] })

/** Says one letter every now and then. */
const drip = ({ write, socket }: RawSocket, everyMs: number): void => {
  const timer = setInterval(() => write("x"), everyMs)
  socket.once("close", () => clearInterval(timer))
}

describe("a client that takes its time", () => {
  live("with its headers is let go, byte after byte or silent", async (base, host) => {
    const dripping = await openRaw(base)
    dripping.write(`GET /v1/models HTTP/1.1\r\n${host}\r\nX-Slow: `)
    drip(dripping, 50)
    const silent = await openRaw(base)
    const times = await Promise.all([dripping.hungUp(5000), silent.hungUp(5000)])
    for (const time of times) assert.isAtLeast(time, patience.headersMs)
    assert.strictEqual(await rawStatus(base, good(host)), 200)
  })

  live("with its body is let go once nothing comes any more", async (base, host) => {
    const silent = await openRaw(base)
    silent.write(`${post(host, 100)}{"model":`)
    const dripping = await openRaw(base)
    dripping.write(`${post(host, 100_000)}"`)
    drip(dripping, 100)
    assert.isAtLeast(await silent.hungUp(5000), patience.bodyMs)
    assert.isFalse(dripping.socket.destroyed)
    dripping.socket.destroy()
  })

  live("to ask again is let go", async (base, host) => {
    const kept = await openRaw(base)
    kept.write(good(host).replace("close", "keep-alive"))
    assert.match(await kept.answer(1000), /^HTTP\/1\.1 200/)
    assert.isAtLeast(await kept.hungUp(8000), patience.idleMs)
  })
})

describe("a client whose answer takes its time", () => {
  live(
    "is not let go",
    async (base, host) => {
      assert.strictEqual(
        await rawStatus(base, post(host, body.length).replace(bearer, `${bearer}\r\nConnection: close`) + body, 6000),
        200
      )
    },
    {
      generate: () =>
        Stream.concat(
          Stream.fromEffectDrain(Effect.sleep(patience.bodyMs + 1000)),
          Stream.fromArray(plainAnswer("late"))
        )
    }
  )
})

/** Connects so many times, some at a time: a system forgets connections of which too many come at once. */
const openMany = async (base: string, count: number): Promise<ReadonlyArray<RawSocket>> => {
  const open: Array<RawSocket> = []
  while (open.length < count)
    open.push(...(await Promise.all(Array.from({ length: Math.min(100, count - open.length) }, () => openRaw(base)))))
  return open
}

describe("a thousand clients that say nothing", () => {
  live("keep nobody else from being answered", async (base, host) => {
    const idle = await openMany(base, 900)
    assert.strictEqual(await rawStatus(base, good(host)), 200)
    for (const { socket } of idle) socket.destroy()
  })

  live(
    "and those beyond the first 1024 are let go at once",
    async (base) => {
      const idle = await openMany(base, 1100)
      const dropped = await Promise.allSettled(idle.map(({ hungUp }) => hungUp(4000)))
      assert.lengthOf(
        dropped.filter(({ status }) => status === "fulfilled"),
        1100 - 1024
      )
      for (const { socket } of idle) socket.destroy()
    },
    {},
    {}
  )
})

describe("more requests than can be answered at a time", () => {
  const waiting = Promise.withResolvers<void>()
  let running = 0
  live(
    "are refused with when to try again, and nobody who waits is disturbed",
    async (base, host) => {
      const asking = await Promise.all(
        Array.from({ length: 256 }, async () => {
          const raw = await openRaw(base)
          raw.write(post(host, body.length) + body)
          return raw
        })
      )
      await waiting.promise
      const late = await openRaw(base)
      late.write(post(host, body.length) + body)
      assert.match(await late.answer(1000), /^HTTP\/1\.1 529[^]*\r\nretry-after: 5\r\n/i)
      assert.isTrue(asking.every(({ socket }) => !socket.destroyed))
      for (const { socket } of [...asking, late]) socket.destroy()
    },
    {
      generate: () =>
        Stream.fromEffectDrain(
          Effect.suspend(() => {
            running++
            if (running === 256) waiting.resolve()
            return Effect.never
          })
        )
    }
  )
})
