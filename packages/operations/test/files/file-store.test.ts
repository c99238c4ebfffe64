import { assert, describe, it } from "@effect/vitest"
import { FileStore } from "@pensieve/operations"
import { Effect, FileSystem, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { inHome } from "../in-home.ts"

type Store = FileStore["Service"]

const started = <A, E, R>(use: (store: Store) => Effect.Effect<A, E, R>) =>
  Effect.provide(Effect.flatMap(FileStore, use), Layer.fresh(FileStore.layer))

const bytes = (text: string) => Stream.succeed(new TextEncoder().encode(text))

const add = (text: string, expiresInSeconds?: number) =>
  Effect.scoped(
    started((store) =>
      Effect.flatMap(store.draft(bytes(text)), (draft) =>
        draft.keep({
          filename: "a.txt",
          mimeType: "text/plain",
          ...(expiresInSeconds === undefined ? {} : { expiresInSeconds })
        })
      )
    )
  )

const read = (id: string) =>
  started((store) => Effect.flatMap(store.get(id), (file) => Stream.mkString(Stream.decodeText(store.content(file)))))

describe("a file in the store", () => {
  it.effect("is found by the next program", () =>
    inHome(() =>
      Effect.gen(function* () {
        const file = yield* add("the words")
        assert.strictEqual(file.sizeBytes, 9)
        assert.strictEqual(yield* read(file.id), "the words")
        assert.deepStrictEqual(yield* started((store) => store.list), [file])
      })
    )
  )

  it.effect("that broke off while it came leaves nothing behind", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const broken = Stream.concat(bytes("half"), Stream.fail("gone"))
        assert.strictEqual(yield* Effect.flip(Effect.scoped(started((store) => store.draft(broken)))), "gone")
        assert.deepStrictEqual(yield* fs.readDirectory(`${root}/files`), [])
      })
    )
  )

  it.effect("that nobody kept leaves nothing behind", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* Effect.scoped(started((store) => store.draft(bytes("x"))))
        assert.deepStrictEqual(yield* fs.readDirectory(`${root}/files`), [])
      })
    )
  )

  it.effect("is gone when its time is over, and then from the disk", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const file = yield* add("x", 3600)
        const failure = yield* started((store) =>
          Effect.gen(function* () {
            yield* TestClock.adjust("59 minutes")
            yield* store.get(file.id)
            yield* TestClock.adjust("1 minute")
            return yield* Effect.flip(store.get(file.id))
          })
        )
        assert.match(failure.message, /expired/)
        assert.strictEqual(failure.detailCode, "file_expired")
        yield* started(() => Effect.void)
        assert.isFalse(yield* fs.exists(`${root}/files/${file.id}`))
      })
    )
  )

  it.effect("is for the user's eyes only", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { id } = yield* add("x")
        for (const name of ["content", "file.json"])
          assert.strictEqual((yield* fs.stat(`${root}/files/${id}/${name}`)).mode & 0o777, 0o600)
      })
    )
  )

  it.effect("that is removed is not found", () =>
    inHome(() =>
      Effect.gen(function* () {
        const { id } = yield* add("x")
        yield* started((store) => store.remove(id))
        assert.strictEqual((yield* Effect.flip(started((store) => store.get(id))))._tag, "NotFound")
        assert.strictEqual((yield* Effect.flip(started((store) => store.remove(id))))._tag, "NotFound")
      })
    )
  )
})
