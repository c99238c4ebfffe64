import { assert, describe, it } from "@effect/vitest"
import { type BatchResult, BatchStore, expiresAt, processingStatus } from "@pensieve/operations"
import { Effect, FileSystem, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { inHome } from "../in-home.ts"

const requests = ["a", "b", "c"].map((customId) => ({ customId, params: { model: "m", text: `${customId}\n\u2028` } }))

const succeeded = (custom_id: string): BatchResult => ({ custom_id, result: { type: "succeeded", message: { id: 1 } } })

type Store = BatchStore["Service"]

/** Uses the store as a program finds it that was just started. */
const started = <A, E>(use: (store: Store) => Effect.Effect<A, E>) =>
  Effect.provide(Effect.flatMap(BatchStore, use), Layer.fresh(BatchStore.layer))

const names = (store: Store, id: string) =>
  Effect.flatMap(store.get(id), (batch) =>
    Effect.map(store.pending(batch), (pending) => pending.map(({ customId }) => customId))
  )

const linesOf = (store: Store, id: string) =>
  Effect.flatMap(store.results(id), (bytes) => Stream.runCollect(Stream.splitLines(Stream.decodeText(bytes))))

describe("a batch on the disk", () => {
  it.effect("is found by the next program with all that was asked", () =>
    inHome(() =>
      Effect.gen(function* () {
        const made = yield* started((store) => store.create(requests, { "anthropic-beta": "x" }))
        assert.deepStrictEqual(yield* started((store) => store.get(made.id)), made)
        assert.deepStrictEqual(yield* started((store) => store.pending(made)), requests)
        assert.deepStrictEqual(yield* started((store) => store.list), [made])
      })
    )
  )

  it.effect("goes on where it was, even when a result was cut off in mid-write", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const batch = yield* started((store) => store.create(requests, {}))
        yield* started((store) => store.record(batch, [succeeded("b")]))
        const file = `${root}/batches/${batch.id}/results.jsonl`
        const torn = `${yield* fs.readFileString(file)}{"custom_id":"c","resu`
        yield* fs.writeFileString(file, torn)
        assert.deepStrictEqual(yield* started((store) => names(store, batch.id)), ["a", "c"])
        yield* started((store) => store.record(batch, [succeeded("a"), succeeded("c")]))
        yield* started((store) => store.finish(batch))
        const ended = yield* started((store) => store.get(batch.id))
        assert.strictEqual(processingStatus(ended), "ended")
        assert.deepStrictEqual(ended.counts, { succeeded: 3, errored: 0, canceled: 0, expired: 0 })
        assert.strictEqual((yield* started((store) => linesOf(store, batch.id))).length, 3)
      })
    )
  )

  it.effect("is there whole or not at all: what was half made is removed", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.makeDirectory(`${root}/batches/.new-half`, { recursive: true })
        assert.deepStrictEqual(yield* started((store) => store.list), [])
        assert.isFalse(yield* fs.exists(`${root}/batches/.new-half`))
      })
    )
  )

  it.effect("that cannot be read is passed over", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const batch = yield* started((store) => store.create(requests, {}))
        yield* fs.makeDirectory(`${root}/batches/msgbatch_${"0".repeat(24)}`)
        yield* fs.writeFileString(`${root}/batches/msgbatch_${"0".repeat(24)}/batch.json`, "{")
        assert.deepStrictEqual(yield* started((store) => store.list), [batch])
      })
    )
  )

  it.effect("is for the user's eyes only, and so are its results", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const batch = yield* started((store) => store.create(requests, {}))
        yield* started((store) => store.record(batch, [succeeded("a")]))
        for (const file of ["batch.json", "requests.jsonl", "results.jsonl"])
          assert.strictEqual((yield* fs.stat(`${root}/batches/${batch.id}/${file}`)).mode & 0o777, 0o600)
      })
    )
  )

  it.effect("keeps its results for 29 days", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const batch = yield* started((store) => store.create(requests, {}))
        yield* started((store) =>
          store.record(
            batch,
            requests.map(({ customId }) => succeeded(customId))
          )
        )
        yield* started((store) => store.finish(batch))
        yield* TestClock.adjust("28 days")
        yield* started((store) => store.results(batch.id))
        yield* TestClock.adjust("1 day")
        assert.match((yield* Effect.flip(started((store) => store.results(batch.id)))).message, /archived/)
        assert.isFalse(yield* fs.exists(`${root}/batches/${batch.id}/results.jsonl`))
      })
    )
  )

  it.effect("expires a day after it was made", () =>
    inHome(() =>
      Effect.gen(function* () {
        const batch = yield* started((store) => store.create(requests, {}))
        assert.strictEqual(expiresAt(batch) - batch.createdAt, 86_400_000)
      })
    )
  )

  it.effect("keeps the moment it was first cancelled", () =>
    inHome(() =>
      Effect.gen(function* () {
        const { id } = yield* started((store) => store.create(requests, {}))
        const first = yield* started((store) => store.cancel(id))
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(yield* started((store) => store.cancel(id)), first)
      })
    )
  )

  it.effect("has an id and no path", () =>
    inHome(() =>
      Effect.gen(function* () {
        for (const id of ["../..", "msgbatch_../../../../../etc/pa", "msgbatch_", ""])
          assert.strictEqual((yield* Effect.flip(started((store) => store.get(id))))._tag, "NotFound")
      })
    )
  )
})
