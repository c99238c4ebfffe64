import {
  callsTools,
  type CommandHome,
  isAlive,
  makeCommandHome,
  playTurns,
  says,
  type ScriptedUpstream,
  startUpstream,
  until
} from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, inject, it } from "vitest"
import { runInTerminal } from "../src/terminal.ts"

let upstream: ScriptedUpstream
let home: CommandHome
let project: string

beforeAll(async () => {
  upstream = await startUpstream()
})
afterAll(() => upstream.stop())
beforeEach(async () => {
  home = await makeCommandHome({
    PENSIEVE_UPSTREAM: upstream.url,
    PENSIEVE_PORT: "0",
    IS_SANDBOX: "1",
    TERM: "xterm-256color"
  })
  project = join(home.folder, "project")
  mkdirSync(project)
  writeFileSync(join(project, "notes.txt"), "the quick brown fox\n")
  mkdirSync(join(home.folder, "bin"))
  symlinkSync(inject("claudeCode"), join(home.folder, "bin", "claude"))
})
afterEach(() => home.close())

const path = () => [join(home.folder, "bin"), dirname(inject("codex")), home.env["PATH"]].join(delimiter)

const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  home.run(args, { cwd: project, env: { PATH: path(), ...env }, limitMs: 150_000 })

const proxies = async () =>
  (JSON.parse((await home.run(["status", "--json"])).stdout) as { proxies: ReadonlyArray<{ pid: number }> }).proxies

/** Every file under the home but the state folder's, with the hash of its content. */
const filesOf = () =>
  new Map(
    globSync("**", { cwd: home.folder, exclude: ["project", "bin", ".pensieve"] })
      .filter((name) => !name.startsWith(".pensieve") && statSync(join(home.folder, name)).isFile())
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(home.folder, name)))
          .digest("hex")
      ])
  )

/** A user who has settled on another service. */
const settledUser = () => {
  mkdirSync(join(home.folder, ".claude"))
  writeFileSync(
    join(home.folder, ".claude", "settings.json"),
    JSON.stringify({
      env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:1", ANTHROPIC_API_KEY: "canary-user-key", ANTHROPIC_MODEL: "opus" },
      apiKeyHelper: "echo canary-helper-key",
      permissions: { defaultMode: "plan" }
    })
  )
  mkdirSync(join(home.folder, ".codex"))
  writeFileSync(join(home.folder, ".codex", "config.toml"), 'model = "gpt-5"\nmodel_provider = "openai"\n')
}

describe("pensieve claude", () => {
  it("starts the proxy, asks through it whatever the user's own settings say, and changes none of them", async () => {
    settledUser()
    const before = filesOf()
    upstream.play(says("Hello from afar"))
    const from = upstream.calls.length
    const { code, stdout, stderr } = await run(["claude", "-p", "Say hello"], { ANTHROPIC_API_KEY: "canary-shell-key" })
    assert.strictEqual(code, 0, stderr)
    assert.strictEqual(stdout.trim(), "Hello from afar")
    const [call] = upstream.calls.slice(from)
    assert.notInclude(JSON.stringify([call?.headers, call?.text]), "canary")
    const after = filesOf()
    for (const [name, hash] of before) assert.strictEqual(after.get(name), hash, name)
    const added = [...after.keys()].filter((name) => !before.has(name))
    assert.deepEqual(
      added.filter((name) => !/^\.claude(\.json|\/)|^\.cache\//.test(name)),
      []
    )
  })

  it("passes arguments through, help and settings too, and the client's exit code", async () => {
    upstream.play(says("ok"))
    assert.match((await run(["claude", "--help"])).stdout, /^Usage: claude /)
    assert.match((await run(["claude", "--version"])).stdout, /\(Claude Code\)/)
    assert.strictEqual((await run(["claude", "--no-such-flag"])).code, 1)
    const own = JSON.stringify({ env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:1", OWN: "kept" } })
    const { code, stdout } = await run(["claude", "--settings", own, "-p", "Say hello"])
    assert.deepEqual([code, stdout.trim()], [0, "ok"])
  })

  it("shares one proxy among sessions, and the end of one is not the proxy's", async () => {
    upstream.play(says("ok"))
    await run(["claude", "-p", "one"])
    const before = await proxies()
    const runs = await Promise.all(["two", "three"].map((word) => run(["claude", "-p", word])))
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0]
    )
    assert.lengthOf(before, 1)
    assert.deepEqual(
      (await proxies()).map(({ pid }) => pid),
      before.map(({ pid }) => pid)
    )
  })

  it("is the client itself: a signal reaches it, and nothing is left of it", async () => {
    let asked = (): void => undefined
    const arrived = new Promise<void>((resolve) => {
      asked = resolve
    })
    upstream.play(() => {
      asked()
      return { steps: ["hang"] }
    })
    const [node, main] = home.program
    const child = spawn(node, [main, "claude", "-p", "wait"], {
      cwd: project,
      env: { ...home.env, PATH: path() },
      stdio: "ignore"
    })
    const ended = new Promise<readonly [number | null, string | null]>((resolve) =>
      child.once("exit", (code, signal) => resolve([code, signal]))
    )
    await arrived
    child.kill("SIGTERM")
    assert.deepEqual(await ended, [143, null])
    await until("the client is gone", 5000, () => !isAlive(child.pid ?? 0) || undefined)
    assert.lengthOf(await proxies(), 1)
  })

  it("says where the client is to be had when it is not installed", async () => {
    const { code, stderr } = await home.run(["claude"], { env: { PATH: dirname(process.execPath) } })
    assert.strictEqual(code, 1)
    assert.match(stderr, /Claude Code is not installed.*npm install -g @anthropic-ai\/claude-code\n/)
    assert.deepEqual(home.names("run"), [])
  })

  it("is a whole session in a terminal: answers, a changed file, /context, /compact, and the way out", async () => {
    writeFileSync(
      join(home.folder, ".claude.json"),
      JSON.stringify({
        hasCompletedOnboarding: true,
        hasSeenAutoDefaultNudge: true,
        projects: { [project]: { hasTrustDialogAccepted: true } }
      })
    )
    writeFileSync(join(home.folder, ".profile"), "# mine\n")
    const turns = playTurns(
      says("First answer."),
      callsTools({ name: "Write", input: { file_path: join(project, "made.txt"), content: "made by a tool\n" } }),
      says("The file is there.")
    )
    upstream.play((call, place) =>
      call.text.includes("Respond with TEXT ONLY")
        ? says("<analysis>x</analysis><summary>We made a file.</summary>")
        : turns(call, place)
    )
    const result = await runInTerminal(
      { command: [...home.program, "claude"], cwd: project, env: { ...home.env, PATH: path() } },
      [
        { await: "❯", type: "hello" },
        { await: "First answer.", type: "make a file" },
        { await: "Do you want to create made.txt?", type: "1" },
        { await: "The file is there.", type: "/context" },
        { await: "tokens", type: "/compact" },
        { await: "Compacted", type: "/exit" },
        { await: "--resume" }
      ]
    )
    assert.isTrue(result.ok, `step ${result.step}\n${result.text.slice(-3000)}`)
    assert.strictEqual(readFileSync(join(project, "made.txt"), "utf8"), "made by a tool\n")
    assert.isFalse(existsSync(join(home.folder, ".claude", "settings.json")))
    // All else that is new or changed is the client's own state, and the proxy's.
    const others = readdirSync(home.folder).filter((name) => !/^\.(claude|pensieve|local)/.test(name))
    const shared = globSync(".local/**", { cwd: home.folder }).filter((name) =>
      statSync(join(home.folder, name)).isFile()
    )
    for (const name of shared) assert.match(name, /claude/)
    assert.sameMembers(others, [".profile", "bin", "project"])
    assert.strictEqual(readFileSync(join(home.folder, ".profile"), "utf8"), "# mine\n")
    assert.sameMembers(readdirSync(project), ["made.txt", "notes.txt"])
  })
})

describe("pensieve status on a terminal", () => {
  it("goes on until Ctrl-C, which ends the view and not the proxy", async () => {
    await home.run(["start", "--detach"])
    const watch = { command: [...home.program, "status"], cwd: project, env: home.env }
    const result = await runInTerminal(watch, [{ await: "healthy" }, { await: "healthy", type: "\u0003" }], 60)
    assert.isTrue(result.ok, result.text)
    assert.lengthOf(await proxies(), 1)
  })
})

const arrowDown = "\u001b[B"

describe("pensieve setup", () => {
  it("leads the client that is called by itself to the proxy, without a question but that for trust, and undoes it", async () => {
    upstream.play(says("Hello from afar"))
    const { code, stderr } = await run(["setup", "--yes"])
    assert.strictEqual(code, 0, stderr)
    const result = await runInTerminal(
      { command: [inject("claudeCode")], cwd: project, env: { ...home.env, PATH: path() } },
      [
        { await: "Yes, I trust this folder", type: arrowDown },
        { await: "/effort", type: "hello" },
        { await: "Hello from afar", type: "/exit" },
        { await: "--resume" }
      ]
    )
    assert.isTrue(result.ok, `step ${result.step}\n${result.text.slice(-3000)}`)
    // The client has written to its files meanwhile.
    assert.strictEqual((await run(["setup", "--undo"])).code, 0)
    const state = readFileSync(join(home.folder, ".claude.json"), "utf8")
    assert.notMatch(state, /hasSeenAutoDefaultNudge/)
    assert.include(state, project)
    assert.isFalse(existsSync(join(home.folder, ".claude", "settings.json")))
  })
})

describe("pensieve codex", () => {
  it("works through the proxy whatever the user's own configuration says, and changes none of it", async () => {
    settledUser()
    const file = join(home.folder, ".codex", "config.toml")
    const before = readFileSync(file, "utf8")
    upstream.play(
      playTurns(
        callsTools({ name: "exec_command", input: { cmd: "tr a-z A-Z < notes.txt > loud.txt" } }),
        says("It is in loud.txt now.")
      )
    )
    const flags = ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    const { code, stdout, stderr } = await run(["codex", ...flags, "Shout the notes"])
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /It is in loud\.txt now\./)
    assert.strictEqual(readFileSync(join(project, "loud.txt"), "utf8"), "THE QUICK BROWN FOX\n")
    assert.strictEqual(readFileSync(file, "utf8"), before)
  })
})
