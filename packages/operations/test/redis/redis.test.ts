import { assert, describe, it } from "@effect/vitest"
import { redisAnswers, redisHealth, type RedisLink, redisLink } from "@pensieve/operations"
import { freePort, type RedisServer, startRedis, until } from "@pensieve/test-harness"
import { Effect, Exit, Scope } from "effect"
import { afterAll, beforeAll } from "vitest"

const bounds = { lifetimeMs: 60_000, bytes: 1000 }

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
}, 400_000)
afterAll(() => server.stop())

/** Programs that are connected to a server; they end with the test. */
const programs = async <A>(url: string, test: (connect: () => Promise<Program>) => Promise<A>): Promise<A> => {
  const scope = Scope.makeUnsafe()
  const connect = async (): Promise<Program> => {
    const link = await Effect.runPromise(Scope.provide(redisLink(url), scope))
    return { link, scope }
  }
  try {
    return await test(connect)
  } finally {
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

interface Program {
  readonly link: RedisLink
  readonly scope: Scope.Scope
}

const connected = (link: RedisLink) =>
  until(
    "the server answers",
    20_000,
    async () => (await Effect.runPromise(link.ask((client) => client.ping()))) ?? undefined
  )

describe("answers that several programs share", () => {
  it("are found by each of them until their time is over", { timeout: 60_000 }, () =>
    programs(server.url, async (connect) => {
      const [one, other] = [await connect(), await connect()]
      await Promise.all([connected(one.link), connected(other.link)])
      await Effect.runPromise(redisAnswers(one.link, bounds).set("k", "über"))
      const there = redisAnswers(other.link, bounds)
      assert.strictEqual(await Effect.runPromise(there.get("k")), "über")
      assert.isUndefined(await Effect.runPromise(there.get("nothing")))
      await Effect.runPromise(redisAnswers(one.link, { ...bounds, lifetimeMs: 1 }).set("short", "x"))
      await until(
        "it is over",
        5000,
        async () => (await Effect.runPromise(there.get("short"))) === undefined || undefined
      )
      await Effect.runPromise(redisAnswers(one.link, bounds).set("long", "x".repeat(300)))
      assert.isUndefined(await Effect.runPromise(there.get("long")))
    })
  )

  it("are done without while the server is away, and there again when it is", { timeout: 60_000 }, async () => {
    const port = await freePort()
    await programs(`redis://127.0.0.1:${port}`, async (connect) => {
      const { link } = await connect()
      const answers = redisAnswers(link, bounds)
      await Effect.runPromise(answers.set("k", "x"))
      assert.isUndefined(await Effect.runPromise(answers.get("k")))
      const late = await startRedis(port)
      await connected(link)
      await Effect.runPromise(answers.set("k", "x"))
      assert.strictEqual(await Effect.runPromise(answers.get("k")), "x")
      await late.stop()
      assert.isUndefined(await Effect.runPromise(answers.get("k")))
    })
  })
})

describe("the health of backends that several programs ask", () => {
  it("is what any of them found out, and over with its pause or when one finds it well", { timeout: 60_000 }, () =>
    programs(server.url, async (connect) => {
      const board = async (names: Readonly<Record<string, string>>) => {
        const { link, scope } = await connect()
        await connected(link)
        return Effect.runPromise(
          Scope.provide(
            redisHealth(link, Object.keys(names), (name) => names[name]),
            scope
          )
        )
      }
      const one = await board({ near: "http://shared", own: "http://mine" })
      const other = await board({ studio: "http://shared", own: "http://yours" })
      one.tell("near", 30_000)
      one.tell("own", 30_000)
      await until("the other hears of it", 20_000, () => other.rest("studio") > 0 || undefined)
      assert.isAtMost(other.rest("studio"), 30_000)
      assert.strictEqual(other.rest("own"), 0)
      other.tell("studio", 0)
      await until("the first hears that it is well", 20_000, () => one.rest("near") === 0 || undefined)
      one.tell("near", 1)
      await until(
        "its pause is over",
        20_000,
        () => (one.rest("near") === 0 && other.rest("studio") === 0) || undefined
      )
    })
  )
})
