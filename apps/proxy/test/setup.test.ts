import { type CommandHome, makeCommandHome, says, type ScriptedUpstream, startUpstream } from "@pensieve/test-harness"
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { parse } from "smol-toml"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"

const token = "canary-token"

let upstream: ScriptedUpstream
let home: CommandHome
beforeAll(async () => {
  upstream = await startUpstream()
  const { url: PENSIEVE_UPSTREAM } = upstream
  home = await makeCommandHome({
    PENSIEVE_UPSTREAM,
    PENSIEVE_PORT: "0",
    PENSIEVE_TOKEN: token,
    PENSIEVE_WINDOW: "90000"
  })
})
afterAll(async () => {
  await home.close()
  await upstream.stop()
})
// The proxy that the first setup starts serves the others, too.
beforeEach(() => {
  upstream.play(says("Hello"))
  mkdirSync(join(home.folder, ".claude"))
})
afterEach(() => {
  for (const name of readdirSync(home.folder))
    if (name !== ".pensieve") rmSync(join(home.folder, name), { recursive: true })
  rmSync(join(home.state, "setup"), { recursive: true, force: true })
})

const settings = () => join(home.folder, ".claude", "settings.json")
const state = () => join(home.folder, ".claude.json")
const original = '{\n    "env": {"EDITOR": "vi", "ANTHROPIC_API_KEY": "canary-his"}, // mine\n    "theme": "dark"}'

const read = (file: string) => readFileSync(file, "utf8")
const setUp = (...args: ReadonlyArray<string>) => home.run(["setup", ...args])

describe("pensieve setup", () => {
  it("shows what it would write, without secrets, and writes nothing unless somebody agrees", async () => {
    writeFileSync(settings(), original)
    const { code, stdout, stderr } = await setUp()
    assert.strictEqual(code, 1)
    assert.match(stdout, /^\+ +"ANTHROPIC_BASE_URL": "http:\/\/127\.0\.0\.1:\d+"/m)
    assert.notInclude(stdout, "canary")
    assert.match(stderr, /Nothing was written: .*--yes/)
    assert.strictEqual(read(settings()), original)
    assert.isFalse(existsSync(state()))
  })

  it("writes the settings, sends a test message, and changes nothing the next time", async () => {
    writeFileSync(settings(), original)
    const { code, stdout, stderr } = await setUp("--yes")
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /Ready: local-scripted-model answered a test message in [\d.]+ s\./)
    assert.include(read(settings()), "// mine")
    const { env } = JSON.parse(read(settings()).replace("// mine", "")) as { env: Record<string, string> }
    assert.deepInclude(env, {
      EDITOR: "vi",
      ANTHROPIC_AUTH_TOKEN: token,
      ANTHROPIC_API_KEY: "",
      ANTHROPIC_MODEL: "local-scripted-model",
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: "90000"
    })
    assert.strictEqual(statSync(settings()).mode & 0o777, 0o600)
    assert.deepEqual(JSON.parse(read(state())), { hasCompletedOnboarding: true, hasSeenAutoDefaultNudge: true })
    const written = read(settings())
    assert.match((await setUp("--yes")).stdout, /claude-code is set up already: nothing to change/)
    assert.strictEqual(read(settings()), written)
  })

  it("is undone byte for byte, permissions too, and what it made is gone", async () => {
    writeFileSync(settings(), original)
    chmodSync(settings(), 0o644)
    await setUp("--yes")
    const { code, stdout } = await setUp("--undo")
    assert.strictEqual(code, 0)
    assert.match(stdout, /settings\.json is byte for byte as it was before/)
    assert.strictEqual(read(settings()), original)
    assert.strictEqual(statSync(settings()).mode & 0o777, 0o644)
    assert.isFalse(existsSync(state()))
    assert.match((await setUp("--undo")).stdout, /nothing to take back/)
    assert.deepEqual(home.names("setup"), [])
  })

  it("takes only its own values out of a file that the client has rewritten since", async () => {
    writeFileSync(settings(), original)
    await setUp("--yes")
    const now = JSON.parse(read(settings()).replace("// mine", "")) as Record<string, unknown>
    writeFileSync(settings(), JSON.stringify({ ...now, model: "opus" }))
    const { stdout } = await setUp("--undo")
    assert.match(stdout, /only our values were taken out/)
    assert.deepEqual(JSON.parse(read(settings())), {
      env: { EDITOR: "vi", ANTHROPIC_API_KEY: "canary-his" },
      theme: "dark",
      model: "opus"
    })
  })

  it("refuses a file that is not JSON, with the place, and leaves it alone", async () => {
    writeFileSync(settings(), '{\n  "env": {\n')
    const { code, stderr } = await setUp("--yes")
    assert.strictEqual(code, 1)
    assert.match(stderr, /settings\.json cannot be changed as JSON \(line 3, column 1: .*left alone/)
    assert.isFalse(existsSync(state()))
    assert.match((await setUp("--undo")).stdout, /nothing to take back/)
    assert.strictEqual(read(settings()), '{\n  "env": {\n')
  })

  it("writes through a symbolic link, and undoes through it", async () => {
    const target = join(home.folder, "dotfiles.json")
    writeFileSync(target, "{}\n")
    symlinkSync(target, settings())
    await setUp("--yes")
    assert.isTrue(lstatSync(settings()).isSymbolicLink())
    assert.include(read(target), "ANTHROPIC_BASE_URL")
    await setUp("--undo")
    assert.isTrue(lstatSync(settings()).isSymbolicLink())
    assert.strictEqual(read(target), "{}\n")
  })

  it("says what went wrong when the model does not answer, with code 1", async () => {
    upstream.play({ status: 400, steps: ['{"error":{"message":"no such luck"}}'] })
    const { code, stderr } = await setUp("--yes")
    assert.strictEqual(code, 1)
    assert.match(stderr, /The test message was answered with status 400: .*no such luck.*What was set up stays/)
    await setUp("--undo")
    assert.deepEqual(readdirSync(join(home.folder, ".claude")), [])
  })
})

describe("pensieve setup codex", () => {
  it("writes a provider into config.toml and is undone byte for byte", async () => {
    const file = join(home.folder, ".codex", "config.toml")
    mkdirSync(join(home.folder, ".codex"))
    const before = 'model = "gpt-5" # mine\n\n[mcp_servers.x]\ncommand = "x"\n'
    writeFileSync(file, before)
    const { code, stdout, stderr } = await setUp("codex", "--yes")
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /Ready: /)
    assert.deepNestedInclude(parse(read(file)), {
      model_provider: "pensieve",
      "model_providers.pensieve.wire_api": "responses",
      "mcp_servers.x.command": "x"
    })
    await setUp("--undo", "codex")
    assert.strictEqual(read(file), before)
  })
})

describe("pensieve setup vscode", () => {
  it("says that there is no editor where there is none", async () => {
    const { code, stderr } = await setUp("vscode", "--yes")
    assert.strictEqual(code, 1)
    assert.match(stderr, /No VS Code, VSCodium or Cursor has been started here yet/)
  })

  it("writes the variables among the user's own and is undone byte for byte", async () => {
    const folder = process.platform === "darwin" ? "Library/Application Support/Code" : ".config/Code"
    const file = join(home.folder, folder, "User", "settings.json")
    mkdirSync(join(home.folder, folder, "User"), { recursive: true })
    const before = '{\n\t// mine\n\t"claudeCode.environmentVariables": [{ "name": "A", "value": "1" }],\n}\n'
    writeFileSync(file, before)
    const { code, stderr } = await setUp("vscode", "--yes")
    assert.strictEqual(code, 0, stderr)
    assert.include(read(file), '"ANTHROPIC_BASE_URL"')
    assert.include(read(file), '"A"')
    await setUp("--undo")
    assert.strictEqual(read(file), before)
  })
})
