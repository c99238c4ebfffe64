import { type Proxy, startProxy, tinyModel } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { blocksOf, clientEvents, runClaude } from "../src/claude-code.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"

describe("a web search of the real Claude Code", () => {
  let proxy: Proxy
  let workplace: Workplace

  beforeAll(async () => {
    workplace = makeWorkplace({ "README.md": "Oslo\n" })
    proxy = await startProxy({
      model: await tinyModel("long"),
      script: {
        main: [
          [{ call: { name: "ToolSearch", input: { query: "select:WebSearch", max_results: 3 } } }],
          [{ call: { name: "WebSearch", input: { query: "weather in Oslo" } } }],
          [{ text: "I could not search the web." }]
        ]
      }
    })
  })
  afterAll(async () => {
    await proxy?.stop()
    workplace?.remove()
  })

  it("is told to be unavailable, and the session goes on", async () => {
    const run = await runClaude(proxy, workplace, [
      "-p",
      "What is the weather in Oslo?",
      "--output-format",
      "stream-json",
      "--verbose",
      "--allowedTools",
      "WebSearch"
    ])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.match(JSON.stringify(blocksOf(run, "tool_result")), /unavailable|not available/)
    assert.strictEqual(clientEvents(run).at(-1)?.result, "I could not search the web.")
    assert.match(proxy.log(), /class="?websearch/)
  })
})
