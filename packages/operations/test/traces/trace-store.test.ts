import { describe, it } from "@effect/vitest"
import { Home, readTrace, type Trace, TraceStore, traceNames, traceStoreLayer } from "@pensieve/operations"
import { Effect, FileSystem } from "effect"
import { utimesSync, writeFileSync } from "node:fs"
import { assert } from "vitest"
import { inHome } from "../in-home.ts"

const trace = (id: string, time: number): Trace => ({
  traceVersion: 1,
  id,
  time,
  version: "0",
  dialect: "anthropic",
  class: "main",
  model: "m",
  outcome: "end-turn",
  attempts: [{ sent: { messages: ["the-secret-token"] }, heard: "x" }],
  events: [],
  notices: [],
  numbers: {},
  truncated: false
})

const keep = (one: Trace) =>
  Effect.flatMap(TraceStore, (store) => store.keep(one)).pipe(
    Effect.provide(traceStoreLayer("all", ["the-secret-token"]))
  )

describe("the trace store", () => {
  it.live("keeps traces in the order of time, without secrets, readable by the user alone", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { tracesFolder } = yield* Home
        yield* keep(trace("req_b", 2000))
        yield* keep(trace("req_a", 1000))
        const names = yield* traceNames(tracesFolder)
        assert.deepEqual(
          names.map((name) => name.replace(/.*-/, "")),
          ["req_a.json", "req_b.json"]
        )
        const file = `${tracesFolder}/${names[0]}`
        assert.strictEqual((yield* fs.stat(file)).mode & 0o777, 0o600)
        assert.deepEqual(readTrace(yield* fs.readFileString(file))?.attempts, [
          { sent: { messages: ["[redacted]"] }, heard: "x" }
        ])
      })
    )
  )

  it.live("removes what is too old, and the oldest where they are too much", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { tracesFolder } = yield* Home
        yield* fs.makeDirectory(tracesFolder)
        const old = `${tracesFolder}/20200101T000000.000Z-req_old.json`
        writeFileSync(old, "{}")
        utimesSync(old, 0, 0)
        for (const day of [1, 2]) {
          const large = `${tracesFolder}/2030010${day}T000000.000Z-req_${day}.json`
          writeFileSync(large, "")
          yield* fs.truncate(large, 200 * 1024 * 1024)
        }
        yield* keep(trace("req_new", Date.UTC(2031, 0, 1)))
        assert.deepEqual(
          (yield* traceNames(tracesFolder)).map((name) => name.replace(/.*-/, "")),
          ["req_2.json", "req_new.json"]
        )
      })
    )
  )

  it.live("drops what cannot be written", () =>
    inHome((root) =>
      Effect.gen(function* () {
        writeFileSync(`${root}/traces`, "a file")
        assert.isUndefined(yield* keep(trace("req_a", 1)))
      })
    )
  )
})
