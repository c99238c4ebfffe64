import {
  answerOf,
  callChunk,
  chatOf,
  ending,
  type Proxy,
  type ScriptedUpstream,
  startProxy,
  startUpstream,
  type UpstreamCall,
  words
} from "@pensieve/test-harness"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { clientEvents, runClaude } from "../src/claude-code.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"

const window = 40_000
/** What an agent's prompt may have: the window without the sixth in which it is summed up. */
const limit = 33_334

describe("the real Claude Code, which believes in a million tokens", () => {
  let upstream: ScriptedUpstream
  let proxy: Proxy
  let workplace: Workplace
  beforeAll(async () => {
    upstream = await startUpstream()
    proxy = await startProxy({ args: ["--upstream", upstream.url, "--window", String(window)] })
  })
  afterAll(async () => {
    await proxy?.stop()
    await upstream?.stop()
  })
  beforeEach(() => {
    const lines = (name: number) =>
      Array.from(
        { length: 400 },
        (_, index) => `Line ${index} of file ${name} says that ${(index * 7919) % 997} is a number, no more.`
      )
    workplace = makeWorkplace(
      Object.fromEntries([0, 1, 2, 3, 4, 5].map((name) => [`${name}.txt`, lines(name).join("\n")]))
    )
  })
  afterEach(() => workplace.remove())

  /** Four characters make a token for this upstream. */
  const tokensOf = ({ text }: UpstreamCall) => Math.ceil(text.length / 4)
  const says = (call: UpstreamCall, text: string) => answerOf(words(text), ending("stop", tokensOf(call)))
  /** The same id for every call, as some servers have it. */
  const prints = (call: UpstreamCall, file: number) =>
    answerOf(callChunk(0, "call", "Bash", { command: `cat ${file}.txt` }), ending("tool_calls", tokensOf(call)))

  it("sums up when it is told that a prompt is too long, and the request that does so fits", async () => {
    const seen: Array<string> = []
    const sizes: Array<number> = []
    upstream.play((call) => {
      const answers = chatOf(call).messages.filter(({ role }) => role === "assistant").length
      sizes.push(tokensOf(call))
      if (/Respond with TEXT ONLY/.test(call.text)) {
        seen.push("compaction")
        return says(call, "<analysis>short</analysis>\n<summary>CANARY of the session so far</summary>")
      }
      if (call.text.includes("CANARY")) {
        seen.push("after")
        return says(call, "Finished after compaction.")
      }
      seen.push("turn")
      return prints(call, answers)
    })
    const told = ["--output-format", "stream-json", "--verbose"]
    const run = await runClaude(proxy, workplace, ["-p", "Print all files", ...told, "--allowedTools", "Bash"])
    assert.strictEqual(run.code, 0, `${run.stderr}\n${run.stdout.slice(-2000)}`)
    assert.strictEqual(clientEvents(run).at(-1)?.result, "Finished after compaction.")
    assert.deepStrictEqual(
      seen.filter((one) => one !== "turn"),
      ["compaction", "after"]
    )
    assert.match(
      proxy.log(),
      new RegExp(`outcome=PromptTooLong why="prompt is too long: \\d+ tokens > ${limit} maximum"`)
    )
    for (const tokens of sizes) assert.isAtMost(tokens, window)
  })
})
