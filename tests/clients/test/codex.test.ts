import { callsTools, playTurns, type Proxy, says, startProxy, startUpstream, tinyModel } from "@pensieve/test-harness"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, inject, it } from "vitest"
import { runClient } from "../src/run-client.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"

/** What a user writes into `~/.codex/config.toml`. */
const configuration = (proxy: Proxy) => `model = "local-qwen"
model_provider = "local"

[model_providers.local]
name = "local"
base_url = "${proxy.base}/v1"
wire_api = "responses"
env_key = "PENSIEVE_TOKEN"
`

const runCodex = (proxy: Proxy, workplace: Workplace) =>
  runClient(proxy, {
    program: inject("codex"),
    args: ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "Shout the notes"],
    env: { HOME: workplace.home, PATH: process.env["PATH"] ?? "", TERM: "xterm", PENSIEVE_TOKEN: proxy.token },
    workplace
  })

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
    mkdirSync(join(workplace.home, ".codex"))
    writeFileSync(join(workplace.home, ".codex", "config.toml"), configuration(proxy))
  })
  afterAll(async () => {
    await proxy?.stop()
    workplace?.remove()
  })

  it("runs commands in the project over several turns and tells the end", async () => {
    const run = await runCodex(proxy, workplace)
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
      mkdirSync(join(workplace.home, ".codex"))
      writeFileSync(join(workplace.home, ".codex", "config.toml"), configuration(proxy))
      const run = await runCodex(proxy, workplace)
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
