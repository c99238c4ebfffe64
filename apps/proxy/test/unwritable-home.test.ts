import { type CommandHome, type CommandRun, makeCommandHome, says, startUpstream } from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

/** Nobody in particular: root may write everywhere, whatever a folder says. */
const nobody = 65_534
const isRoot = process.getuid?.() === 0

let home: CommandHome
let upstream: Awaited<ReturnType<typeof startUpstream>>
beforeEach(async () => {
  upstream = await startUpstream({ script: says("hello") })
  home = await makeCommandHome({ PENSIEVE_UPSTREAM: upstream.url, PENSIEVE_PORT: "0" })
  own(home.folder)
})
afterEach(async () => {
  chmodSync(home.folder, 0o700)
  await home.close()
  await upstream.stop()
})

/** Gives a file or a folder to whoever runs the command. */
const own = (path: string): void => {
  if (isRoot) chownSync(path, nobody, nobody)
}

/** The command, run by somebody who may not write where a folder says so. */
const run = (args: ReadonlyArray<string>, env: CommandHome["env"] = home.env): Promise<CommandRun> =>
  new Promise((resolve, reject) => {
    const [node, main] = home.program
    const child = spawn(node, [main, ...args], {
      cwd: "/",
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 30_000,
      ...(isRoot ? { uid: nobody, gid: nobody } : {})
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, stdout, stderr }))
  })

describe("a home that cannot be written", () => {
  it("is told by every verb that needs it, with what to do", async () => {
    chmodSync(home.folder, 0o555)
    for (const words of [["start"], ["start", "--detach"], ["status"], ["setup", "--yes"], ["models", "list"]]) {
      const { code, stderr } = await run(words)
      assert.strictEqual(code, 1, words.join(" "))
      assert.match(
        stderr,
        /^pensieve: The state folder .*\.pensieve cannot be made .*PENSIEVE_HOME\.\n$/,
        words.join(" ")
      )
    }
    assert.isFalse(existsSync(home.state))
  }, 60_000)

  it("is no hindrance where the state folder is elsewhere", async () => {
    const elsewhere = join(home.folder, "elsewhere")
    mkdirSync(elsewhere)
    own(elsewhere)
    chmodSync(home.folder, 0o555)
    const env = { ...home.env, PENSIEVE_HOME: elsewhere }
    const started = await run(["start", "--detach"], env)
    assert.strictEqual(started.code, 0, started.stderr)
    assert.strictEqual((await run(["stop"], env)).code, 0)
  }, 60_000)

  it("with a state folder that cannot be written is told by the file, in a line", async () => {
    mkdirSync(home.state)
    chmodSync(home.state, 0o555)
    const { code, stderr } = await run(["start"])
    assert.strictEqual(code, 1)
    assert.match(stderr, /^pensieve: [^\n]*\.pensieve[^\n]*\n$/)
  })
})

describe("settings that cannot be written", () => {
  it("stay as they are, and setup says which", async () => {
    const folder = join(home.folder, ".claude")
    const settings = join(folder, "settings.json")
    mkdirSync(folder)
    writeFileSync(settings, '{"theme": "dark"}')
    chmodSync(folder, 0o555)
    const { code, stderr } = await run(["setup", "--yes"])
    await run(["stop"])
    assert.strictEqual(code, 1)
    assert.match(stderr, /^pensieve: .*\.claude/m)
    assert.strictEqual(readFileSync(settings, "utf8"), '{"theme": "dark"}')
    chmodSync(folder, 0o755)
    assert.strictEqual((await run(["setup", "--undo"])).code, 0)
    assert.strictEqual(readFileSync(settings, "utf8"), '{"theme": "dark"}')
  }, 60_000)
})
