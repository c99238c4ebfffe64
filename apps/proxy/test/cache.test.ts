import { type CommandHome, makeCommandHome, startUpstream } from "@pensieve/test-harness"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

let home: CommandHome
beforeEach(async () => {
  home = await makeCommandHome()
  mkdirSync(join(home.state, "cache/kv/ab"), { recursive: true })
  for (const [name, bytes] of [
    ["kv/ab/chunk", 30_000],
    ["kv-1.sqlite", 2000],
    ["paths-1.sqlite", 5000],
    ["paths-1.sqlite-wal", 1000],
    ["answers.sqlite", 4000]
  ] as const)
    writeFileSync(join(home.state, "cache", name), "x".repeat(bytes))
})
afterEach(() => home.close())

describe("pensieve cache show", () => {
  it("tells how much is kept, and of what", async () => {
    const { code, stdout } = await home.run(["cache", "show"])
    assert.strictEqual(code, 0)
    assert.match(
      stdout,
      /cache\n +32 kB {2}what models computed of prompts\n +6 kB {2}tokens.*\n +4 kB {2}answers\n +42 kB {2}in all\n$/
    )
  })

  it("is JSON for programs", async () => {
    const { folder, bytes, parts } = JSON.parse((await home.run(["cache", "show", "--json"])).stdout)
    assert.strictEqual(folder, join(home.state, "cache"))
    assert.strictEqual(bytes, 42_000)
    assert.deepEqual(parts[0], { name: "prompts", bytes: 32_000 })
  })
})

describe("pensieve cache clear", () => {
  it("removes all of it, once somebody agreed", async () => {
    assert.strictEqual((await home.run(["cache", "clear"])).code, 1)
    assert.isNotEmpty(home.names("cache"))
    const { code, stdout } = await home.run(["cache", "clear", "--yes"])
    assert.deepEqual([code, stdout], [0, "Removed 42 kB.\n"])
    assert.isEmpty(home.names("cache"))
    assert.match((await home.run(["cache", "show"])).stdout, /0 kB {2}in all/)
  })

  it("leaves it to a proxy that runs", async () => {
    const upstream = await startUpstream()
    await home.run(["start", "--detach", "--port", "0", "--upstream", upstream.url])
    const { code, stderr } = await home.run(["cache", "clear", "--yes"])
    await upstream.stop()
    assert.strictEqual(code, 1)
    assert.match(stderr, /proxy on port \d+ uses the cache.*pensieve stop/)
    assert.isNotEmpty(home.names("cache"))
  })
})
