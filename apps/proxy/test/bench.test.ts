import {
  answerOf,
  type CommandHome,
  ending,
  makeCommandHome,
  startUpstream,
  tinyModelOf,
  words
} from "@pensieve/test-harness"
import { afterEach, assert, describe, it } from "vitest"

let home: CommandHome
afterEach(() => home.close())

describe("pensieve bench", () => {
  it("measures a model of this machine, and finds its second turn in the cache", async () => {
    home = await makeCommandHome({ PENSIEVE_PORT: "0", PENSIEVE_MODEL: await tinyModelOf({ family: "qwen3" }) })
    const flags = ["--prompt-tokens", "300", "--answer-tokens", "16", "--parallel", "2"]
    const { code, stdout, stderr } = await home.run(["bench", "--json", ...flags], { limitMs: 120_000 })
    assert.strictEqual(code, 0, stderr)
    const { prompt, secondTurn, answer, parallel } = JSON.parse(stdout)
    assert.isAbove(prompt.tokens, 250)
    assert.isAbove(prompt.tokensPerSecond, 0)
    assert.isAbove(secondTurn.cachedTokens, prompt.tokens * 0.8)
    assert.deepEqual([answer.tokens, parallel.requests, parallel.tokens], [16, 2, 32])
    assert.isAbove(answer.tokensPerSecond, 0)
  }, 150_000)

  it("tells a person a line each, and what it is doing meanwhile", async () => {
    const upstream = await startUpstream({ script: answerOf(words("one"), words("two"), ending()) })
    home = await makeCommandHome({ PENSIEVE_PORT: "0", PENSIEVE_UPSTREAM: upstream.url })
    const { code, stdout, stderr } = await home.run(["bench", "--prompt-tokens", "20", "--parallel", "2"])
    await upstream.stop()
    assert.strictEqual(code, 0, stderr)
    assert.match(
      stdout,
      /^scripted-model \(openai\)\n {2}first word .*\n {2}reading .*\n {2}second turn .*\n {2}writing .*\n {2}at once .* in 2 answers together\n$/
    )
    assert.match(stderr, /Asking scripted-model …/)
  })

  it("says why a model does not answer, with code 1", async () => {
    const upstream = await startUpstream({ script: { status: 400, steps: ['{"error":{"message":"not today"}}'] } })
    home = await makeCommandHome({ PENSIEVE_PORT: "0", PENSIEVE_UPSTREAM: upstream.url })
    const { code, stderr } = await home.run(["bench", "--prompt-tokens", "20"])
    await upstream.stop()
    assert.strictEqual(code, 1)
    assert.match(stderr, /The model did not answer: .*not today/)
  })

  it("is called wrongly with numbers that are none", async () => {
    home = await makeCommandHome()
    assert.strictEqual((await home.run(["bench", "--parallel", "0"])).code, 2)
  })
})
