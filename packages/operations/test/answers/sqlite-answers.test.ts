import { assert, describe, it } from "@effect/vitest"
import { layeredAnswers, sqliteAnswers } from "@pensieve/operations"
import { Effect, type Scope } from "effect"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pensieve-answers-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
const live = (name: string, work: Effect.Effect<void, never, Scope.Scope>) => it.live(name, () => Effect.scoped(work))
const bounds = { lifetimeMs: 60_000, bytes: 1000 }

/** A store on the file, for as long as `use` takes. */
const opened = <A>(
  file: string,
  use: (store: NonNullable<Effect.Success<ReturnType<typeof sqliteAnswers>>>) => Effect.Effect<A>,
  own = bounds
) =>
  Effect.scoped(
    Effect.flatMap(sqliteAnswers(file, own), (store) => {
      assert.isDefined(store)
      return store === undefined ? Effect.die("no store") : use(store)
    })
  )

describe("answers on the disk", () => {
  live(
    "outlive the program, for the user's eyes only",
    Effect.gen(function* () {
      const file = join(yield* folder, "answers.sqlite")
      yield* opened(file, (store) => store.set("a", "über"))
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.strictEqual(yield* opened(file, (store) => store.get("a")), "über")
      assert.isUndefined(yield* opened(file, (store) => store.get("b")))
    })
  )

  live(
    "are over after their time, and make room for new ones",
    Effect.gen(function* () {
      const file = join(yield* folder, "answers.sqlite")
      yield* opened(file, (store) => store.set("a", "x"), { ...bounds, lifetimeMs: -1 })
      assert.isUndefined(yield* opened(file, (store) => store.get("a")))
      const found = yield* opened(file, (store) =>
        Effect.gen(function* () {
          for (const key of ["b", "c", "d", "e", "f", "g"]) yield* store.set(key, key.repeat(200))
          return yield* Effect.forEach(["b", "c", "d", "e", "f", "g"], store.get)
        })
      )
      assert.isAtMost(found.filter((text) => text !== undefined).length, 4)
      assert.strictEqual(found.at(-1), "g".repeat(200))
    })
  )

  live(
    "may be shared by several programs",
    Effect.gen(function* () {
      const file = join(yield* folder, "answers.sqlite")
      const shared = opened(file, (one) => opened(file, (other) => Effect.andThen(one.set("a", "x"), other.get("a"))))
      assert.strictEqual(yield* shared, "x")
    })
  )

  live(
    "are done without where the file is no database",
    Effect.gen(function* () {
      const file = join(yield* folder, "answers.sqlite")
      writeFileSync(file, "this is no database, but it is long enough to look like something".repeat(20))
      assert.isUndefined(yield* Effect.scoped(sqliteAnswers(file, bounds)))
    })
  )

  live(
    "come into memory when they are found",
    Effect.gen(function* () {
      const file = join(yield* folder, "answers.sqlite")
      yield* opened(file, (store) => store.set("a", "x"))
      const text = yield* opened(file, (store) => {
        const layered = layeredAnswers(bounds, [store])
        return Effect.gen(function* () {
          assert.strictEqual(yield* layered.get("a"), "x")
          yield* store.set("a", "y")
          return yield* layered.get("a")
        })
      })
      assert.strictEqual(text, "x")
    })
  )
})
