import { callsTools, chatOf, playTurns, says, words } from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import { assert, describe, inject, it } from "vitest"
import { clientEnvironment, clientEvents, runClaude } from "../src/claude-code.ts"
import { knowsTheClient, runClaudeInTerminal } from "../src/terminal.ts"
import { overUpstream } from "../src/over-upstream.ts"

const allowed = ["--permission-mode", "acceptEdits", "--allowedTools", "Bash,Read,Edit,Write,Agent"]
const told = ["--output-format", "stream-json", "--verbose"]

describe("a session of the real Claude Code over a scripted upstream", () => {
  const its = overUpstream({ "notes.txt": "the quick brown fox\n" })

  it("runs two subagents at once, and brings what they found back", async () => {
    const agent = (name: string) => ({
      name: "Agent",
      input: {
        description: `Write ${name}`,
        prompt: `CANARY write the file ${name}.txt`,
        subagent_type: "general-purpose",
        run_in_background: false
      }
    })
    const writes = (name: string) => callsTools({ name: "Bash", input: { command: `echo ${name} > ${name}.txt` } })
    const main = playTurns(callsTools(agent("left"), agent("right")), says("Both agents are done."))
    its.upstream.play((call, place) => {
      if (call.text.includes("THE MAIN QUESTION")) return main(call, place)
      const name = call.text.includes("left.txt") ? "left" : "right"
      const answered = chatOf(call).messages.some(({ role }) => role === "assistant")
      return answered ? says(`I wrote ${name}.`) : writes(name)
    })
    const run = await runClaude(its.proxy, its.workplace, ["-p", "THE MAIN QUESTION", ...told, ...allowed])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual([its.content("left.txt"), its.content("right.txt")], ["left\n", "right\n"])
    const last = its.upstream.calls.findLast(({ text }) => text.includes("THE MAIN QUESTION"))
    for (const name of ["left", "right"]) assert.include(last?.text, `I wrote ${name}.`)
    assert.strictEqual(clientEvents(run).at(-1)?.result, "Both agents are done.")
    assert.match(its.proxy.log(), /class="?subagent/)
  })

  it("in a terminal goes from prompt to prompt", async () => {
    knowsTheClient(its.workplace)
    its.upstream.play(playTurns(says("Good morning."), says("Good night.")))
    const result = await runClaudeInTerminal(its.proxy, its.workplace, [
      { await: "❯", type: "hello there" },
      { await: "Good morning.", type: "and now?" },
      { await: "Good night." }
    ])
    assert.isTrue(result.ok, `step ${result.step}\n${result.text.slice(-3000)}\n${its.proxy.log()}`)
  })

  it("that is ended in mid-answer hangs up on the upstream within a second", async () => {
    its.upstream.play({ steps: [words("Once upon a time"), { until: new Promise(() => undefined) }] })
    const before = its.upstream.calls.length
    const child = spawn(inject("claudeCode"), ["-p", "Tell me a long story"], {
      cwd: its.workplace.project,
      env: clientEnvironment(its.proxy, its.workplace),
      stdio: "ignore"
    })
    const gone = new Promise<number>((resolve) => child.once("exit", () => resolve(Date.now())))
    const call = await its.upstream.call(before)
    await call.said
    child.kill("SIGINT")
    const goneAt = await gone
    assert.isBelow((await call.hungUp) - goneAt, 1000)
  })
})
