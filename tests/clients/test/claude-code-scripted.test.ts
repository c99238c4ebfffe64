import { type Proxy, startProxy, tinyModel } from "@pensieve/test-harness"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { blocksOf, clientEvents, runClaude } from "../src/claude-code.ts"
import { makeWorkplace, type Workplace } from "../src/workplace.ts"

const buggy = `def add(a, b):\n    return a - b\n`

describe("the real Claude Code in a scripted session through the real engine", () => {
  let proxy: Proxy
  let workplace: Workplace
  const file = () => join(workplace.project, "calc.py")

  beforeAll(async () => {
    workplace = makeWorkplace({
      "calc.py": buggy,
      "check.sh": "python3 -c 'import calc; print(\"sum\", calc.add(2, 3))'\n"
    })
    proxy = await startProxy({
      model: await tinyModel("long"),
      script: {
        main: [
          [{ text: "I look at the file first." }, { call: { name: "Read", input: { file_path: file() } } }],
          [{ call: { name: "Edit", input: { file_path: file(), old_string: "a - b", new_string: "a + b" } } }],
          [
            { text: "Now the check." },
            { call: { name: "Bash", input: { command: "sh check.sh", description: "Run the check" } } }
          ],
          [
            {
              call: {
                name: "Write",
                input: { file_path: join(workplace.project, "done.txt"), content: "fixed — «add» 🎉\n" }
              }
            }
          ],
          [{ text: "Fixed: add() subtracted. " }, { text: "The check prints sum 5." }]
        ]
      }
    })
  })
  afterAll(async () => {
    await proxy?.stop()
    workplace?.remove()
  })

  it("reads, edits, runs and writes files over several turns", async () => {
    const run = await runClaude(proxy, workplace, [
      "-p",
      "Fix the bug in calc.py and run check.sh",
      "--output-format",
      "stream-json",
      "--verbose",
      "--permission-mode",
      "acceptEdits",
      "--allowedTools",
      "Bash,Read,Edit,Write"
    ])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual(
      blocksOf(run, "tool_use").map(({ name }) => name),
      ["Read", "Edit", "Bash", "Write"]
    )
    assert.match(JSON.stringify(blocksOf(run, "tool_result")), /sum 5/)
    assert.strictEqual(readFileSync(file(), "utf8"), buggy.replace("a - b", "a + b"))
    assert.strictEqual(readFileSync(join(workplace.project, "done.txt"), "utf8"), "fixed — «add» 🎉\n")
    assert.strictEqual(clientEvents(run).at(-1)?.result, "Fixed: add() subtracted. The check prints sum 5.")
    assert.notMatch(proxy.log(), /level=(ERROR|WARN)/)
  })
})
