import { isAlive, places } from "@pensieve/test-harness"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import {
  type InstalledCommand,
  installCommand,
  lendingUv,
  makeOlder,
  packCommand,
  stageCommand
} from "../src/installed-command.ts"
import { makeFolder, run } from "../src/pack.ts"

const folder = makeFolder()
const home = join(folder, "home")
const older = "0.0.0-older"
let tarball = ""
let command: InstalledCommand
let olderCommand: InstalledCommand
let version = ""

beforeAll(() => {
  const staged = stageCommand(folder)
  tarball = packCommand(staged, join(folder, "tarball"))
  version = JSON.parse(readFileSync(join(staged, "package.json"), "utf8")).version
  const aged = join(folder, "aged")
  cpSync(staged, aged, { recursive: true })
  makeOlder(aged, older)
  command = installCommand(tarball, join(folder, "prefix"), home)
  olderCommand = installCommand(packCommand(aged, join(folder, "older")), join(folder, "older-prefix"), home)
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeEach(() => void mkdirSync(home))
afterEach(async () => {
  await command.run(["stop"])
  rmSync(home, { recursive: true, force: true })
})

/** The proxies that run, as `status --json` tells them. */
const proxies = async (): Promise<
  ReadonlyArray<{ readonly url: string; readonly pid: number; readonly version: string }>
> => JSON.parse((await command.run(["status", "--json"])).stdout).proxies

const only = async () => {
  const [proxy, ...others] = await proxies()
  assert.isEmpty(others)
  if (proxy === undefined) throw new Error("no proxy runs")
  return proxy
}

/** Starts it in the background; gives what it said. */
const start = async (by: InstalledCommand, env: Readonly<Record<string, string>> = {}) => {
  const { code, stderr } = await by.run(["start", "--detach", "--port", "0", "--model", "demo"], env)
  assert.strictEqual(code, 0, stderr)
  return stderr
}

/** Asks the proxy a question by Anthropic's API. */
const ask = async (url: string): Promise<Response> =>
  fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${readFileSync(join(home, ".pensieve/token"), "utf8").trim()}`,
      "content-type": "application/json"
    },
    body: JSON.stringify({ model: "any", max_tokens: 50, messages: [{ role: "user", content: "Hello" }] })
  })

describe("the tarball of the command", () => {
  it("holds the program, the engine and the licences, and nothing of the workspace", () => {
    const files = run("tar", ["-tzf", tarball], folder).trim().split("\n")
    const known =
      /^package\/([\w-]+\.js|pensieve\.mjs|package\.json|README\.md|LICENSE-(MIT|APACHE)|THIRD-PARTY-NOTICES|python_bridge\/(pensieve_bridge\/\w+\.py|demo_model\/pensieve-demo\/[\w.]+|requirements\.txt))$/
    assert.deepEqual(
      files.filter((file) => !known.test(file)),
      []
    )
    const manifest = JSON.parse(run("tar", ["-xzOf", tarball, "package/package.json"], folder))
    assert.isUndefined(manifest.dependencies)
    assert.isUndefined(manifest.scripts)
  })

  it("names the packages that are part of the program, with their licences", () => {
    const notices = run("tar", ["-xzOf", tarball, "package/THIRD-PARTY-NOTICES"], folder)
    for (const name of ["effect", "undici", "yaml"])
      assert.match(notices, new RegExp(`^${name} \\d\\S* \\(MIT|ISC\\)$`, "m"))
  })
})

describe("the installed command", () => {
  it("tells its version, and leaves nothing in the home folder", async () => {
    assert.include((await command.run(["--version"])).stdout, version)
    assert.deepEqual(readdirSync(home), [])
  })

  it("says in one line that a Node is too old", async () => {
    const old = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})"
    const { code, stderr } = await command.run(["status"], { NODE_OPTIONS: `--import="${old}"` })
    assert.strictEqual(code, 1)
    assert.match(
      stderr,
      /^pensieve: Node 20\.20\.2 is too old: the installed command needs Node 22\.19 or newer\..*\n$/
    )
  })

  it("serves a model by the environment that PENSIEVE_VENV names, and keeps everything in its state folder", async () => {
    await start(command)
    const { url, pid, version: its } = await only()
    assert.strictEqual(its, version)
    const answer = await ask(url)
    assert.strictEqual(answer.status, 200, await answer.text())
    assert.strictEqual((await command.run(["stop"])).code, 0)
    assert.isFalse(isAlive(pid))
    assert.deepEqual(readdirSync(home), [".pensieve"])
    assert.isFalse(existsSync(join(home, ".pensieve/python")))
  }, 120_000)

  it("makes the engine's environment in its state folder when it is needed first, and then no more", async () => {
    const env = {
      PENSIEVE_VENV: "",
      PENSIEVE_PYTHON: places.python,
      PATH: [lendingUv(join(folder, "uv")), dirname(process.execPath), process.env["PATH"]].join(delimiter)
    }
    const made = join(home, ".pensieve/python")
    const { stdout } = await command.run(["doctor", "--quick"], env)
    assert.include(stdout, "- the engine: its Python environment is made when")
    assert.include(await start(command, env), `environment is made, once, in ${made}`)
    const { url } = await only()
    assert.strictEqual((await ask(url)).status, 200)
    const { code, stderr } = await command.run(["restart"], env)
    assert.strictEqual(code, 0, stderr)
    assert.notInclude(stderr, "environment")
    assert.isTrue(existsSync(join(made, "bin/python")))
  }, 180_000)

  it("says what is wrong with an environment that is none", async () => {
    const { code, stderr } = await command.run(["start", "--port", "0", "--model", "demo"], { PENSIEVE_VENV: folder })
    assert.strictEqual(code, 1)
    assert.match(stderr, /PENSIEVE_VENV=\S+ is not a Python environment.*requirements\.txt, or unset it/)
  })

  it("recognises a proxy of an older release, names its version, and replaces it when told", async () => {
    await start(olderCommand)
    const before = await only()
    assert.strictEqual(before.version, older)
    const port = new URL(before.url).port
    const second = await command.run(["start", "--port", port])
    assert.strictEqual(second.code, 0)
    assert.match(
      second.stderr,
      new RegExp(`It is version ${older}, this is ${version}: \`pensieve restart\` replaces it`)
    )
    assert.include((await command.run(["status"])).stdout, older)
    const { code, stderr } = await command.run(["restart"])
    assert.strictEqual(code, 0, stderr)
    const after = await only()
    assert.deepEqual([after.version, new URL(after.url).port], [version, port])
    assert.isFalse(isAlive(before.pid))
  }, 180_000)
})
