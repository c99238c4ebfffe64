import { callsTools, playTurns, type Proxy, says, startProxy, startUpstream, tinyModel } from "@pensieve/test-harness"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { runCodex } from "../src/codex.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"

describe("the real Codex in a scripted session through the real engine", () => {
  let proxy: Proxy
  let workplace: Workplace

  beforeAll(async () => {
    workplace = makeWorkplace({ "notes.txt": "the quick brown fox\n" })
    proxy = await startProxy({
      model: await tinyModel("long"),
      script: {
        main: [
          [{ text: "I look. " }, { call: { name: "exec_command", input: { cmd: "cat notes.txt" } } }],
          [{ call: { name: "exec_command", input: { cmd: "tr a-z A-Z < notes.txt > loud.txt" } } }],
          [{ text: "It is in loud.txt now." }]
        ]
      }
    })
  })
  afterAll(async () => {
    await proxy?.stop()
    workplace?.remove()
  })

  it("runs commands in the project over several turns and tells the end", async () => {
    const run = await runCodex(proxy, workplace, "Shout the notes")
    assert.strictEqual(run.code, 0, run.stderr)
    assert.strictEqual(readFileSync(join(workplace.project, "loud.txt"), "utf8"), "THE QUICK BROWN FOX\n")
    assert.match(run.stdout, /It is in loud\.txt now\./)
    assert.notMatch(proxy.log(), /level=(ERROR|WARN)/)
  })
})

describe("the real Codex over a scripted upstream", () => {
  it("runs a command in the project and tells the end", async () => {
    const upstream = await startUpstream({
      script: playTurns(
        callsTools({ name: "exec_command", input: { cmd: "tr a-z A-Z < notes.txt > loud.txt" } }),
        says("It is in loud.txt now.")
      )
    })
    const proxy = await startProxy({ args: ["--upstream", upstream.url] })
    const workplace = makeWorkplace({ "notes.txt": "the quick brown fox\n" })
    try {
      const run = await runCodex(proxy, workplace, "Shout the notes")
      assert.strictEqual(run.code, 0, run.stderr)
      assert.strictEqual(readFileSync(join(workplace.project, "loud.txt"), "utf8"), "THE QUICK BROWN FOX\n")
      assert.match(run.stdout, /It is in loud\.txt now\./)
    } finally {
      await proxy.stop()
      await upstream.stop()
      workplace.remove()
    }
  })
})
