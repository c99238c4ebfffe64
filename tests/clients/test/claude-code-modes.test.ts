import {
  callsTools,
  type CommandHome,
  makeCommandHome,
  playTurns,
  says,
  type ScriptedUpstream,
  startUpstream
} from "@pensieve/test-harness"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { afterEach, assert, beforeEach, describe, inject, it } from "vitest"

let near: ScriptedUpstream
let far: ScriptedUpstream
let home: CommandHome

beforeEach(async () => {
  near = await startUpstream()
  far = await startUpstream({ script: playTurns(says("I am new here."), says("The far one speaks.")) })
  home = await makeCommandHome({ IS_SANDBOX: "1", TERM: "xterm-256color" })
  for (const folder of ["project", "bin", ".pensieve"]) mkdirSync(join(home.folder, folder))
  symlinkSync(inject("claudeCode"), join(home.folder, "bin", "claude"))
})
afterEach(async () => {
  await home.close()
  await Promise.all([near.stop(), far.stop()])
})

const configure = (mode: string) =>
  writeFileSync(
    join(home.state, "config.yaml"),
    `port: 0\n${mode}backends:\n  lmstudio: {url: "${near.url}"}\n  ollama: {url: "${far.url}"}\n`
  )

/** A session in which the user's own agent changes the mode, between its first answer and the second. */
const sessionThatRuns = async (command: string) => {
  near.play(playTurns(callsTools({ name: "Bash", input: { command } }), says("The near one speaks.")))
  const { code, stdout, stderr } = await home.run(["claude", "-p", "Change the mode", "--allowedTools", "Bash"], {
    cwd: join(home.folder, "project"),
    env: { PATH: [join(home.folder, "bin"), home.env["PATH"]].join(delimiter) },
    limitMs: 150_000
  })
  assert.strictEqual(code, 0, stderr)
  return stdout.trim()
}

const sessionCalls = ({ calls }: ScriptedUpstream) =>
  calls.filter(({ text }) => text.includes("Change the mode")).length

describe("the mode, changed in the middle of a session of Claude Code", () => {
  it("by a restart with --mode: the same session goes on with the other server", { timeout: 180_000 }, async () => {
    configure("")
    const started = await home.run(["start", "--detach", "--mode", "lmstudio"])
    assert.strictEqual(started.code, 0, started.stderr)
    const answer = await sessionThatRuns(`${home.program.join(" ")} restart --mode ollama`)
    assert.strictEqual(answer, "The far one speaks.")
    assert.deepStrictEqual([sessionCalls(near), sessionCalls(far)], [1, 1])
  })

  it("in the file: nothing is restarted", { timeout: 180_000 }, async () => {
    configure("mode: lmstudio\n")
    const started = await home.run(["start", "--detach"])
    assert.strictEqual(started.code, 0, started.stderr)
    const seen = `grep -qs "configuration changed.*mode" "${home.state}"/logs/*`
    const change = `sed -i.old "s/^mode: .*/mode: ollama/" "${home.state}/config.yaml"`
    const answer = await sessionThatRuns(`${change}; for i in $(seq 200); do ${seen} && break; sleep 0.1; done`)
    assert.strictEqual(answer, "The far one speaks.")
    assert.deepStrictEqual([sessionCalls(near), sessionCalls(far)], [1, 1])
  })
})
