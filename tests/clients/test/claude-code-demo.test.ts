import { type Proxy, startProxy } from "@pensieve/test-harness"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { blocksOf, runClaude } from "../src/claude-code.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"
import { knowsTheClient, runClaudeInTerminal } from "../src/terminal.ts"

describe("the real Claude Code on the demo model", () => {
  let proxy: Proxy
  let workplace: Workplace
  beforeAll(async () => {
    proxy = await startProxy({ model: "demo" })
  })
  afterAll(async () => {
    await proxy?.stop()
  })
  beforeEach(() => {
    workplace = makeWorkplace({ "notes.txt": "the quick brown fox\n" })
  })
  afterEach(() => workplace.remove())

  const assertCleanLog = () => assert.notMatch(proxy.log(), /level=(ERROR|WARN)/)

  it("prints the model's answer to `claude -p`", async () => {
    const run = await runClaude(proxy, workplace, ["-p", "Say hello in 5 words"])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.match(run.stdout.trim(), /^(\S+ ){4}\S+$/)
    assertCleanLog()
  })

  it("reads a file it never heard of through a tool call of the model", async () => {
    const run = await runClaude(proxy, workplace, [
      "-p",
      "Read notes.txt",
      "--output-format",
      "stream-json",
      "--verbose"
    ])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual(
      blocksOf(run, "tool_use").map(({ name, input }) => ({ name, input })),
      [{ name: "Read", input: { file_path: "notes.txt" } }],
      run.stdout
    )
    assert.match(JSON.stringify(blocksOf(run, "tool_result")), /the quick brown fox/)
    assertCleanLog()
  })

  it("answers twice in an interactive session", async () => {
    knowsTheClient(workplace)
    const result = await runClaudeInTerminal(proxy, workplace, [
      { await: "❯", type: "hello" },
      { await: "built-in demo model", type: "who are you?" },
      { await: "npm start -- --model" }
    ])
    assert.isTrue(result.ok, `step ${result.step}\n${result.text.slice(-3000)}\n${proxy.log()}`)
    assertCleanLog()
  })
})
