import { describe, it } from "@effect/vitest"
import { findProxies, Home, keepRecord, type ProxyRecord, readRecords, sweepLeftovers } from "@pensieve/operations"
import { Effect, Exit, FileSystem, Scope } from "effect"
import { assert } from "vitest"
import { inHome } from "../in-home.ts"

const record: ProxyRecord = {
  version: "1.0.0",
  instance: "one",
  pid: process.pid,
  port: 1,
  token: "secret",
  args: ["--model=demo"],
  cwd: "/",
  detached: true,
  startedAt: 1
}

describe("the record of a running proxy", () => {
  it.live("is there as long as the proxy is, for the user's eyes only", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { runFolder } = yield* Home
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* keepRecord(record)
            assert.deepEqual(yield* readRecords, [record])
            assert.strictEqual((yield* fs.stat(`${runFolder}/proxy-1.json`)).mode & 0o777, 0o600)
            assert.strictEqual((yield* fs.stat(runFolder)).mode & 0o777, 0o700)
          })
        )
        assert.isEmpty(yield* readRecords)
      })
    )
  )

  it.live("of a successor on the same port is left to it", () =>
    inHome(() =>
      Effect.gen(function* () {
        const first = yield* Scope.make()
        yield* Scope.provide(keepRecord(record), first)
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* keepRecord({ ...record, instance: "two" })
            yield* Scope.close(first, Exit.void)
            assert.strictEqual((yield* readRecords)[0]?.instance, "two")
          })
        )
      })
    )
  )

  it.live("that cannot be read is nobody's", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { runFolder } = yield* Home
        yield* fs.makeDirectory(runFolder, { recursive: true })
        yield* fs.writeFileString(`${runFolder}/proxy-7.json`, '{"version": 1')
        assert.isEmpty(yield* readRecords)
      })
    )
  )

  it.live("of a dead proxy is removed when somebody looks for proxies", () =>
    inHome(() =>
      Effect.scoped(
        Effect.gen(function* () {
          yield* keepRecord(record)
          assert.isEmpty(yield* findProxies)
          assert.isEmpty(yield* readRecords)
        })
      )
    )
  )
})

describe("the folder of running processes", () => {
  it.live("loses the sockets of dead proxies' engines, and no others", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { runFolder } = yield* Home
        yield* fs.makeDirectory(runFolder, { recursive: true })
        const own = `bridge-${process.pid}-0-0.sock`
        // Process ids end far below this one.
        for (const name of [own, "bridge-2147483646-0-3.sock", "other"])
          yield* fs.writeFileString(`${runFolder}/${name}`, "")
        yield* sweepLeftovers
        assert.sameMembers(yield* fs.readDirectory(runFolder), [own, "other"])
      })
    )
  )
})
