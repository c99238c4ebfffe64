import { openLogFile } from "@pensieve/operations"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

describe("a log file", () => {
  let folder = ""
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pensieve-log-"))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it("has each line as soon as it was written, for the user's eyes only", () => {
    const file = join(folder, "logs", "proxy.log")
    const log = openLogFile(file)
    log.write("one")
    assert.strictEqual(readFileSync(file, "utf8"), "one\n")
    log.write("two")
    assert.strictEqual(readFileSync(file, "utf8"), "one\ntwo\n")
    assert.strictEqual(statSync(file).mode & 0o777, 0o600)
  })

  it("goes on behind what an earlier process wrote", () => {
    const file = join(folder, "proxy.log")
    openLogFile(file).write("one")
    openLogFile(file).write("two")
    assert.strictEqual(readFileSync(file, "utf8"), "one\ntwo\n")
  })

  it("never takes more than four files of eight megabytes", () => {
    const file = join(folder, "proxy.log")
    const log = openLogFile(file)
    const line = "x".repeat(1024 * 1024 - 1)
    for (let count = 0; count < 50; count++) log.write(line)
    assert.deepEqual(readdirSync(folder).sort(), ["proxy.log", "proxy.log.1", "proxy.log.2", "proxy.log.3"])
    for (const name of readdirSync(folder)) assert.isAtMost(statSync(join(folder, name)).size, 8 * 1024 * 1024)
  })

  it("drops what cannot be written", () => {
    writeFileSync(join(folder, "file"), "")
    assert.doesNotThrow(() => openLogFile(join(folder, "file", "proxy.log")).write("one"))
  })
})
