import { type Proxy, startProxy, tinyModel } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type Recorder, recordAnswers, streamedText } from "../src/record-answers.ts"
import { knowsTheClient, runClaudeInTerminal } from "../src/terminal.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"

const named = { title: 'A {greeting} "quoted"' }

describe("an interactive session of the real Claude Code", () => {
  let proxy: Proxy
  let recorder: Recorder
  let workplace: Workplace
  beforeAll(async () => {
    workplace = makeWorkplace({ "notes.txt": "the quick brown fox\n" })
    knowsTheClient(workplace)
    proxy = await startProxy({
      model: await tinyModel("long"),
      // Other letters than these the grammar of the request would refuse, and the answer with them.
      script: {
        title: [[{ text: JSON.stringify(named) }]],
        main: [[{ text: "Good morning." }], [{ text: "Good night." }]]
      }
    })
    recorder = await recordAnswers(proxy)
  })
  afterAll(async () => {
    await recorder?.stop()
    await proxy?.stop()
    workplace?.remove()
  })

  it("is named by JSON of the one field that the client asks for beside the first prompt", async () => {
    const result = await runClaudeInTerminal(recorder.proxy, workplace, [
      { await: "❯", type: "Fix the sum in calc.py, it subtracts where it should add" },
      { await: "Good morning.", type: "and now?" },
      { await: "Good night." }
    ])
    assert.isTrue(result.ok, `step ${result.step}\n${result.text.slice(-3000)}\n${proxy.log()}`)
    const titles = recorder.recorded.filter(({ request }) => request.includes('"json_schema"'))
    assert.isNotEmpty(titles)
    for (const { status, answer } of titles)
      assert.deepStrictEqual([status, JSON.parse(streamedText(answer))], [200, named])
    assert.notMatch(proxy.log(), /level=(ERROR|WARN)/)
  })
})
