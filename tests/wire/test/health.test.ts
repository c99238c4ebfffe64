import { says, startUpstream, until } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { startPool } from "../src/wired-pool.ts"
import { question } from "../src/wired-server.ts"

/** Probes come every ten seconds, and two in a row must agree. */
const patience = 60_000

describe("a backend that nobody asks anything", () => {
  it("is found gone by probes, left alone, and found again", { timeout: 3 * patience }, async () => {
    const pool = await startPool({ replicas: ["b0", "b1"] }, [
      { upstream: { script: says("zero") } },
      { upstream: { script: says("one") } }
    ])
    const [first] = pool.upstreams
    let sessions = 0
    const routes = async () => {
      const found: Array<string | undefined> = []
      for (let count = 0; count < 12; count++) {
        const headers = { "x-claude-code-session-id": `s${sessions++}` }
        const response = await pool.post(question, undefined, "/v1/messages", headers)
        assert.strictEqual(response.status, 200)
        found.push(response.headers.get("x-pensieve-route")?.slice(0, 2))
      }
      return new Set(found)
    }
    const logged = (words: RegExp) =>
      until(`the log says ${words}`, patience, () => words.test(pool.log()) || undefined)
    try {
      assert.deepStrictEqual(await routes(), new Set(["b0", "b1"]))
      const asked = first?.calls.length
      await first?.stop()
      await logged(/backend is not well.*backend=b0/)
      assert.deepStrictEqual(await routes(), new Set(["b1"]))
      assert.strictEqual(first?.calls.length, asked)
      const back = await startUpstream({ script: says("back"), port: first?.port ?? 0 })
      try {
        await logged(/backend is well again.*backend=b0/)
        assert.deepStrictEqual(await routes(), new Set(["b0", "b1"]))
      } finally {
        await back.stop()
      }
    } finally {
      await pool.stop()
    }
  })
})
