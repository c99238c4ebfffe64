import { assert, describe, it } from "@effect/vitest"
import { soleOwner } from "@pensieve/operations"
import { Effect, FileSystem } from "effect"
import { spawnSync } from "node:child_process"
import { inHome } from "./in-home.ts"

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid

describe("a lock", () => {
  it.effect("is one owner's at a time, and free when that one goes", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const file = `${root}/lock`
        yield* Effect.scoped(
          Effect.gen(function* () {
            assert.isTrue(yield* soleOwner(file))
            assert.isFalse(yield* Effect.scoped(soleOwner(file)))
            assert.isFalse(yield* Effect.scoped(soleOwner(file)))
          })
        )
        assert.isTrue(yield* Effect.scoped(soleOwner(file)))
      })
    )
  )

  it.effect("of a process that is gone is nobody's", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const file = `${root}/lock`
        for (const left of [String(deadPid()), String(process.pid), "nonsense", ""]) {
          yield* fs.writeFileString(file, left)
          assert.isTrue(yield* Effect.scoped(soleOwner(file)))
        }
      })
    )
  )

  it.effect("of a process that runs is its own", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(`${root}/lock`, String(process.ppid))
        assert.isFalse(yield* Effect.scoped(soleOwner(`${root}/lock`)))
      })
    )
  )

  it.effect("that is older than the machine's start is nobody's", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(`${root}/lock`, String(process.ppid))
        yield* fs.utimes(`${root}/lock`, 1000, 1000)
        assert.isTrue(yield* Effect.scoped(soleOwner(`${root}/lock`)))
      })
    )
  )
})
