import {
  answerOf,
  callChunk,
  callsTools,
  chatOf,
  delta,
  ending,
  jsonAnswer,
  playTurns,
  says,
  words
} from "@pensieve/test-harness"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { blocksOf, clientEvents, runClaude } from "../src/claude-code.ts"
import { overUpstream } from "../src/over-upstream.ts"

const allowed = ["--permission-mode", "acceptEdits", "--allowedTools", "Bash,Read,Edit,Write"]
const told = ["--output-format", "stream-json", "--verbose"]

describe("the real Claude Code over a scripted upstream", () => {
  const its = overUpstream({ "calc.py": "def add(a, b):\n    return a - b\n", "notes.txt": "the quick brown fox\n" })

  const file = (name: string) => join(its.workplace.project, name)

  it("prints the answer", async () => {
    its.upstream.play(says("Hello from the other server — «ünï» 🎉"))
    const run = await runClaude(its.proxy, its.workplace, ["-p", "Say hello"])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.strictEqual(run.stdout.trim(), "Hello from the other server — «ünï» 🎉")
  })

  it("tells the model where it is", async () => {
    its.upstream.play(says("ok"))
    const before = its.upstream.calls.length
    await runClaude(its.proxy, its.workplace, ["-p", "Where are you?"])
    const main = (await its.upstream.call(before)).text
    assert.include(main, its.workplace.project)
    assert.notInclude(main, "x-anthropic-billing-header")
  })

  it("changes a file over several turns", async () => {
    const edit = { file_path: file("calc.py"), old_string: "a - b", new_string: "a + b" }
    its.upstream.play(
      playTurns(
        callsTools({ name: "Read", input: { file_path: file("calc.py") } }),
        callsTools({ name: "Edit", input: edit }),
        callsTools({ name: "Bash", input: { command: "python3 -c 'import calc; print(calc.add(2, 3))'" } }),
        says("Fixed.")
      )
    )
    const run = await runClaude(its.proxy, its.workplace, ["-p", "Fix calc.py", ...told, ...allowed])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual(
      blocksOf(run, "tool_use").map(({ name }) => name),
      ["Read", "Edit", "Bash"]
    )
    assert.match(its.content("calc.py"), /a \+ b/)
    assert.strictEqual(clientEvents(run).at(-1)?.result, "Fixed.")
  })

  it("runs parallel calls, interleaved on the wire, each with its own arguments", async () => {
    const json = (name: string) => JSON.stringify({ command: `echo ${name} > ${name}.txt` })
    const start = (index: number, name: string) =>
      delta({ tool_calls: [{ index, id: `c${index}`, function: { name: "Bash", arguments: json(name).slice(0, 9) } }] })
    const rest = (index: number, name: string) =>
      delta({ tool_calls: [{ index, function: { arguments: json(name).slice(9) } }] })
    const interleaved = answerOf(start(0, "p1"), start(1, "p2"), rest(0, "p1"), rest(1, "p2"), ending("stop"))
    its.upstream.play(playTurns(interleaved, says("Both done.")))
    const run = await runClaude(its.proxy, its.workplace, ["-p", "Write two files", ...told, ...allowed])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual([its.content("p1.txt"), its.content("p2.txt")], ["p1\n", "p2\n"])
  })

  it("finds the calls that a server leaves in the words", async () => {
    const call = JSON.stringify({ name: "Bash", arguments: { command: "echo found > found.txt" } })
    its.upstream.play(
      playTurns(answerOf(words(`I do it.\n<tool_call>\n${call}\n</tool_call>`), ending()), says("Done."))
    )
    const run = await runClaude(its.proxy, its.workplace, ["-p", "Write a file", ...told, ...allowed])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.strictEqual(its.content("found.txt"), "found\n")
  })

  it("goes on when the upstream dies in mid-answer", async () => {
    let deaths = 0
    its.upstream.play(() => (deaths++ === 0 ? answerOf(words("The answer is"), "die") : says("The answer is 42.")))
    const run = await runClaude(its.proxy, its.workplace, ["-p", "What is the answer?"])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.match(run.stdout, /42/)
    assert.isAtLeast(deaths, 2)
  })

  it("never runs a call that was cut off", async () => {
    const cut = callChunk(0, "c", "Bash", { command: `touch ${file("never.txt")}` }).slice(0, -25)
    let deaths = 0
    its.upstream.play(() => (deaths++ === 0 ? answerOf(cut, "die") : says("I did nothing.")))
    const run = await runClaude(its.proxy, its.workplace, ["-p", "Touch a file", ...told, ...allowed])
    assert.deepStrictEqual(blocksOf(run, "tool_use"), [])
    assert.throws(() => its.content("never.txt"))
  })

  it("compacts when the prompt no longer fits, and finishes", async () => {
    const overflow = "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it"
    const read = callsTools({ name: "Read", input: { file_path: file("notes.txt") } })
    const seen: Array<string> = []
    its.upstream.play((call) => {
      const answers = chatOf(call).messages.filter(({ role }) => role === "assistant").length
      if (/Respond with TEXT ONLY/.test(call.text)) {
        seen.push("compaction")
        return says("<analysis>short</analysis>\n<summary>CANARY of the session so far</summary>")
      }
      if (call.text.includes("CANARY")) {
        seen.push("after")
        return says("Finished after compaction.")
      }
      if (answers < 2) return read
      seen.push("overflow")
      return jsonAnswer({ error: { code: 400, message: overflow, type: "exceed_context_size_error" } }, 400)
    })
    const run = await runClaude(its.proxy, its.workplace, ["-p", "Read the notes twice", ...told, ...allowed])
    assert.strictEqual(run.code, 0, `${run.stderr}\n${run.stdout.slice(-2000)}`)
    assert.deepStrictEqual(seen, ["overflow", "compaction", "after"])
    assert.strictEqual(clientEvents(run).at(-1)?.result, "Finished after compaction.")
  })
})
