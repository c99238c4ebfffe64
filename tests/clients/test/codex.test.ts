import {
  callChunk,
  callsTools,
  ending,
  jsonAnswer,
  playTurns,
  type Proxy,
  says,
  startProxy,
  tinyModel,
  type UpstreamAnswer,
  words
} from "@pensieve/test-harness"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { runCodex } from "../src/codex.ts"
import { overUpstream } from "../src/over-upstream.ts"
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
  const its = overUpstream({ "notes.txt": "the quick brown fox\n" })

  const cutOff = (chunk: string): UpstreamAnswer => ({ steps: [chunk, "die"] })
  const command = (cmd: string) => ({ name: "exec_command", input: { cmd } })

  it("runs a command in the project and tells the end", async () => {
    its.upstream.play(
      playTurns(callsTools(command("tr a-z A-Z < notes.txt > loud.txt")), says("It is in loud.txt now."))
    )
    const run = await runCodex(its.proxy, its.workplace, "Shout the notes")
    assert.strictEqual(run.code, 0, run.stderr)
    assert.strictEqual(its.content("loud.txt"), "THE QUICK BROWN FOX\n")
    assert.match(run.stdout, /It is in loud\.txt now\./)
  })

  it("runs parallel calls, each with its own arguments", async () => {
    const both = callsTools(command("echo left > left.txt"), command("echo right > right.txt"))
    its.upstream.play(playTurns(both, says("Both are written.")))
    const run = await runCodex(its.proxy, its.workplace, "Write two files")
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual([its.content("left.txt"), its.content("right.txt")], ["left\n", "right\n"])
  })

  it("goes on when the upstream dies in mid-answer", async () => {
    let deaths = 0
    its.upstream.play(() => (deaths++ === 0 ? cutOff(words("The answer is")) : says("The answer is 42.")))
    const run = await runCodex(its.proxy, its.workplace, "What is the answer?")
    assert.strictEqual(run.code, 0, run.stderr)
    assert.match(run.stdout, /42/)
    assert.isAtLeast(deaths, 2)
  })

  it("never runs a call that was cut off", async () => {
    const cut = callChunk(0, "c", "exec_command", { cmd: "touch never.txt" }).slice(0, -25)
    let deaths = 0
    its.upstream.play(() => (deaths++ === 0 ? cutOff(cut) : says("I did nothing.")))
    const run = await runCodex(its.proxy, its.workplace, "Touch a file")
    assert.strictEqual(run.code, 0, run.stderr)
    assert.throws(() => its.content("never.txt"))
  })

  it("compacts when the tokens it was told of come near its window, and goes on", async () => {
    const seen: Array<string> = []
    its.upstream.play((call, place) => {
      if (call.text.includes("CONTEXT CHECKPOINT COMPACTION")) {
        seen.push("compaction")
        return says("CANARY of the session so far")
      }
      if (call.text.includes("CANARY")) {
        seen.push("after")
        return says("Finished after compaction.")
      }
      seen.push("before")
      const read = callChunk(0, `call_${place}`, "exec_command", { cmd: "cat notes.txt" })
      return { steps: [read, ending("tool_calls", 30_000, 10)] }
    })
    const small = "model_context_window = 20000\nmodel_auto_compact_token_limit = 16000"
    const run = await runCodex(its.proxy, its.workplace, "Read the notes", small)
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual(seen, ["before", "compaction", "after"])
    assert.match(run.stdout, /Finished after compaction\./)
  })

  it("knows a prompt that does not fit by its code", async () => {
    const overflow = "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it"
    its.upstream.play(jsonAnswer({ error: { code: 400, message: overflow, type: "exceed_context_size_error" } }, 400))
    const run = await runCodex(its.proxy, its.workplace, "Read the notes")
    assert.notStrictEqual(run.code, 0)
    assert.match(run.stderr, /ran out of room in the model's context window/)
  })
})
