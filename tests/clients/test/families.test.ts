import { dressedModel, dresses, type Proxy, startProxy } from "@pensieve/test-harness"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, describe, it } from "vitest"
import { blocksOf, clientEvents, runClaude } from "../src/claude-code.ts"
import { runCodex } from "../src/codex.ts"
import { makeWorkplace } from "../src/workplace.ts"

const buggy = `def add(a, b):\n    return a - b\n`

/** A plain answer, as a family writes it; a call is written by the family itself. */
const words = (family: string, text: string) =>
  family === "harmony"
    ? [{ marker: "<|channel|>" }, { text: "final" }, { marker: "<|message|>" }, { text }]
    : [{ text }]

// The sessions of the other test files are written as Hermes writes.
describe.each(dresses.filter(({ family }) => family !== "hermes"))(
  "a model that writes calls as $family does",
  (dress) => {
    const leftovers: Array<() => unknown> = []
    afterEach(async () => {
      for (const remove of leftovers.splice(0).toReversed()) await remove()
    })

    /** Every answer is held to the grammar of its request: what that does not allow fails. */
    const start = async (main: ReadonlyArray<ReadonlyArray<unknown>>): Promise<Proxy> => {
      const model = await dressedModel(dress)
      leftovers.push(() => rmSync(model, { recursive: true, force: true }))
      const proxy = await startProxy({ model, script: { main } })
      leftovers.push(() => proxy.stop())
      return proxy
    }

    const workplaceOf = (files: Readonly<Record<string, string>>) => {
      const workplace = makeWorkplace(files)
      leftovers.push(workplace.remove)
      return workplace
    }

    it("edits a file for the real Claude Code", async () => {
      const workplace = workplaceOf({ "calc.py": buggy })
      const file_path = join(workplace.project, "calc.py")
      const proxy = await start([
        [{ call: { name: "Read", input: { file_path } } }],
        [{ call: { name: "Edit", input: { file_path, old_string: "a - b", new_string: "a + b  # <sum> {«ü»}" } } }],
        words(dress.family, "Fixed: add() subtracted.")
      ])
      const run = await runClaude(proxy, workplace, [
        "-p",
        "Fix the bug in calc.py",
        "--output-format",
        "stream-json",
        "--verbose",
        "--permission-mode",
        "acceptEdits"
      ])
      assert.strictEqual(run.code, 0, `${run.stderr}\n${run.stdout}\n${proxy.log()}`)
      assert.deepStrictEqual(
        blocksOf(run, "tool_use").map(({ name }) => name),
        ["Read", "Edit"]
      )
      assert.strictEqual(readFileSync(file_path, "utf8"), buggy.replace("a - b", "a + b  # <sum> {«ü»}"))
      assert.strictEqual(clientEvents(run).at(-1)?.result, "Fixed: add() subtracted.")
      assert.notMatch(proxy.log(), /level=(ERROR|WARN)/)
    })

    it("edits a file for the real Codex", async () => {
      const workplace = workplaceOf({ "calc.py": buggy })
      const proxy = await start([
        [{ call: { name: "exec_command", input: { cmd: "cat calc.py" } } }],
        [{ call: { name: "exec_command", input: { cmd: "sed -i.old 's/a - b/a + b/' calc.py && cat calc.py" } } }],
        words(dress.family, "It adds now.")
      ])
      const run = await runCodex(proxy, workplace, "Fix the bug in calc.py")
      assert.strictEqual(run.code, 0, `${run.stderr}\n${proxy.log()}`)
      assert.strictEqual(readFileSync(join(workplace.project, "calc.py"), "utf8"), buggy.replace("a - b", "a + b"))
      assert.match(run.stdout, /It adds now\./)
      assert.notMatch(proxy.log(), /level=(ERROR|WARN)/)
    })
  }
)
