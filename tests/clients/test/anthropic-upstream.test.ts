import {
  callBlock,
  jsonAnswer,
  messageEnd,
  messageStart,
  playMessages,
  type Proxy,
  type ScriptedUpstream,
  startProxy,
  startUpstream,
  textBlock,
  type UpstreamAnswer
} from "@pensieve/test-harness"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { blocksOf, clientEvents, runClaude } from "../src/claude-code.ts"
import { runCodex } from "../src/codex.ts"
import { type Recorder, recordAnswers } from "../src/record-answers.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"

const key = "canary-key-of-the-upstream"
const routes = {
  "GET /v1/models": { data: [{ type: "model", id: "claude-scripted", max_input_tokens: 200_000 }], has_more: false },
  "POST /v1/messages/count_tokens": { input_tokens: 4711 }
}
const allowed = ["--permission-mode", "acceptEdits", "--allowedTools", "Bash,Read,Edit,Write"]
const told = ["--output-format", "stream-json", "--verbose"]

let messages = 0

/** A message with an id of its own: Claude Code takes messages of one id for one. */
const message = (...events: ReadonlyArray<string>): UpstreamAnswer => {
  const id = `msg_${messages++}`
  return { steps: [messageStart.replace("msg_upstream", id), ...events] }
}
const says = (text: string) => message(textBlock(0, text), messageEnd())
const calls = (id: string, name: string, input: unknown) =>
  message(textBlock(0, "I do it. "), callBlock(1, id, name, input), messageEnd("tool_use"))

let upstream: ScriptedUpstream
let proxy: Proxy
let recorder: Recorder
let workplace: Workplace
beforeAll(async () => {
  upstream = await startUpstream({ routes })
  proxy = await startProxy({
    args: ["--upstream", upstream.url, "--upstream-kind", "anthropic"],
    env: { PENSIEVE_UPSTREAM_KEY: key }
  })
  recorder = await recordAnswers(proxy)
})
afterAll(async () => {
  await recorder?.stop()
  await proxy?.stop()
  await upstream?.stop()
})
beforeEach(() => {
  workplace = makeWorkplace({ "calc.py": "def add(a, b):\n    return a - b\n", "notes.txt": "the quick brown fox\n" })
})
afterEach(() => workplace.remove())

const file = (name: string) => join(workplace.project, name)

describe("the real Claude Code over an Anthropic upstream", () => {
  it("prints the answer", async () => {
    upstream.play(says("Hello from the other server — «ünï» 🎉"))
    const run = await runClaude(recorder.proxy, workplace, ["-p", "Say hello"])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.strictEqual(run.stdout.trim(), "Hello from the other server — «ünï» 🎉")
  })

  it("changes a file over several turns, and nothing of what goes by is changed", async () => {
    const edit = { file_path: file("calc.py"), old_string: "a - b", new_string: "a + b" }
    const turns = [
      calls("toolu_1", "Read", { file_path: file("calc.py") }),
      calls("toolu_2", "Edit", edit),
      calls("toolu_3", "Bash", { command: "python3 -c 'import calc; print(calc.add(2, 3))'" }),
      says("Fixed.")
    ]
    upstream.play(playMessages(...turns))
    const before = recorder.recorded.length
    const run = await runClaude(recorder.proxy, workplace, ["-p", "Fix calc.py", ...told, ...allowed])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual(
      blocksOf(run, "tool_use").map(({ name }) => name),
      ["Read", "Edit", "Bash"]
    )
    assert.match(readFileSync(file("calc.py"), "utf8"), /a \+ b/)
    assert.strictEqual(clientEvents(run).at(-1)?.result, "Fixed.")

    const passed = recorder.recorded.slice(before).filter(({ path }) => path.startsWith("/v1/messages"))
    assert.isAtLeast(passed.length, turns.length)
    for (const { path, request } of passed)
      assert.isTrue(upstream.seen.some((call) => call.path === path && call.text === request))
    assert.includeMembers(
      passed.map(({ answer }) => answer),
      turns.map(({ steps }) => steps.join(""))
    )
  })

  it("gets the upstream's own counts", async () => {
    upstream.play(says("ok"))
    const run = await runClaude(recorder.proxy, workplace, ["-p", "/context"])
    assert.strictEqual(run.code, 0, run.stderr)
    const counts = recorder.recorded.filter(({ path }) => path.includes("/count_tokens"))
    assert.isNotEmpty(counts)
    for (const { status, answer } of counts)
      assert.deepStrictEqual([status, JSON.parse(answer).input_tokens], [200, 4711])
  })

  it("asks again when the upstream is full, as it does of the service itself", async () => {
    const full = { type: "error", error: { type: "overloaded_error", message: "Overloaded" }, request_id: "req_up" }
    let asked = 0
    upstream.play(() => (asked++ === 0 ? jsonAnswer(full, 529, { "request-id": "req_up" }) : says("Here I am.")))
    const before = recorder.recorded.length
    const run = await runClaude(recorder.proxy, workplace, ["-p", "Are you there?"])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.match(run.stdout, /Here I am/)
    const refused = recorder.recorded.slice(before).find(({ status }) => status === 529)
    assert.deepStrictEqual(JSON.parse(refused?.answer ?? "{}"), full)
  })

  it("shows what the upstream refuses", async () => {
    const error = { type: "invalid_request_error", message: "This model does not talk about that." }
    upstream.play(jsonAnswer({ type: "error", error }, 400))
    const run = await runClaude(recorder.proxy, workplace, ["-p", "Talk about that"])
    assert.notStrictEqual(run.code, 0)
    assert.include(run.stdout, error.message)
  })

  it("never brings the local token there, and the key never here", () => {
    const sent = JSON.stringify(upstream.seen.map(({ path, headers, text }) => [path, headers, text]))
    assert.notInclude(sent, proxy.token)
    for (const { headers, method } of upstream.seen)
      if (method === "POST") assert.propertyVal(headers, "x-api-key", key)
    assert.notInclude(JSON.stringify(recorder.recorded), key)
    assert.notInclude(proxy.log(), key)
  })
})

describe("the real Codex over an Anthropic upstream", () => {
  it("runs a command in the project and tells the end", async () => {
    upstream.play(
      playMessages(
        calls("toolu_1", "exec_command", { cmd: "tr a-z A-Z < notes.txt > loud.txt" }),
        says("It is in loud.txt now.")
      )
    )
    const run = await runCodex(proxy, workplace, "Shout the notes")
    assert.strictEqual(run.code, 0, run.stderr)
    assert.strictEqual(readFileSync(file("loud.txt"), "utf8"), "THE QUICK BROWN FOX\n")
    assert.match(run.stdout, /It is in loud\.txt now\./)
  })
})
