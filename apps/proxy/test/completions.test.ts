import { type CommandHome, makeCommandHome } from "@pensieve/test-harness"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

let home: CommandHome
beforeAll(async () => {
  home = await makeCommandHome()
})
afterAll(() => home.close())

const script = async (shell: string): Promise<string> => {
  const { code, stdout, stderr } = await home.run(["--completions", shell])
  assert.strictEqual(code, 0, stderr)
  const file = join(home.folder, `completions.${shell}`)
  writeFileSync(file, stdout)
  return file
}

const isThere = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0

/** What bash offers for the last of these words. */
const offered = (file: string, ...words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const typing = `
    source "$1"; shift
    COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _pensieve pensieve "\${@: -1}" ""
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync("bash", ["-c", typing, "bash", file, ...words], { encoding: "utf8" })
  assert.strictEqual(stderr, "")
  return stdout.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]))
}

describe("completions", () => {
  it("of bash offer verbs, verbs of verbs, and flags", async () => {
    const file = await script("bash")
    assert.deepEqual(offered(file, "pensieve", "st"), ["start", "stop", "status", "statusline"])
    assert.includeMembers([...offered(file, "pensieve", "models", "")], ["list", "pull", "use", "rm"])
    assert.deepEqual(offered(file, "pensieve", "start", "--kv"), ["--kv-bits"])
  })

  it("offer nothing that is not for people", async () => {
    const file = await script("bash")
    assert.deepEqual(offered(file, "pensieve", "start", "--detach"), ["--detach"])
    assert.deepEqual(offered(file, "pensieve", "start", "--manag"), [])
  })

  for (const shell of ["zsh", "fish"]) {
    it(`of ${shell} name every verb`, async () => {
      const { stdout } = await home.run(["--completions", shell])
      for (const verb of ["claude", "models", "service", "bench"]) assert.match(stdout, new RegExp(`\\b${verb}\\b`))
    })

    it.runIf(isThere(shell))(`of ${shell} are a script that the shell reads`, async () => {
      const { status, stderr } = spawnSync(shell, ["-n", await script(shell)], { encoding: "utf8" })
      assert.deepEqual([status, stderr], [0, ""])
    })
  }
})
