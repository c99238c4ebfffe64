import { spawnSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { withLock } from "../../../../scripts/bootstrap/lock.mjs"
import { scratchFolder } from "../../src/scratch-folder.ts"

const fresh = () => join(scratchFolder("lock"), "lock")

describe("the installation lock", () => {
  it("lets one work at a time and is gone afterwards", async () => {
    const file = fresh()
    const order: Array<string> = []
    const work = (name: string) => async () => {
      order.push(`${name} starts`)
      await new Promise((resolve) => setImmediate(resolve))
      order.push(`${name} ends`)
    }
    const told: Array<string> = []
    await Promise.all([
      withLock(file, told.push.bind(told), work("a")),
      withLock(file, told.push.bind(told), work("b"))
    ])
    assert.deepEqual(order, ["a starts", "a ends", "b starts", "b ends"])
    assert.lengthOf(told, 1)
    assert.isFalse(existsSync(file))
  })

  it("is taken over from a process that is gone", async () => {
    const file = fresh()
    const { pid } = spawnSync("/bin/true")
    writeFileSync(file, String(pid))
    assert.strictEqual(
      await withLock(
        file,
        () => undefined,
        async () => "done"
      ),
      "done"
    )
  })

  it("is given back when the work fails", async () => {
    const file = fresh()
    const failure = await withLock(
      file,
      () => undefined,
      async () => Promise.reject(new Error("no"))
    ).catch(String)
    assert.strictEqual(failure, "Error: no")
    assert.isFalse(existsSync(file))
  })
})
