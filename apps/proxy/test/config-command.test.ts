import { settings } from "@pensieve/config"
import { type CommandHome, makeCommandHome } from "@pensieve/test-harness"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

let home: CommandHome
beforeAll(async () => {
  home = await makeCommandHome({ PENSIEVE_WINDOW: "5000" })
  mkdirSync(home.state, { recursive: true })
  writeFileSync(join(home.state, "config.yaml"), "port: 7001\ntoken: canary-token\n")
})
afterAll(() => home.close())

describe("pensieve config show", () => {
  it("prints each value in force and where it came from, and no secret", async () => {
    const { code, stdout } = await home.run(["config", "show", "--log-level", "warn"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^port +7001 {2}\(file\)$/m)
    assert.match(stdout, /^window +5000 {2}\(PENSIEVE_WINDOW\)$/m)
    assert.match(stdout, /^logLevel +"warn" {2}\(--log-level\)$/m)
    assert.match(stdout, /^token +\*+ {2}\(file\)$/m)
  })

  it("is JSON for programs", async () => {
    const { stdout } = await home.run(["config", "show", "--json"])
    const values = JSON.parse(stdout) as ReadonlyArray<{ path: string; value: string; origin: string }>
    assert.deepInclude(values, { path: "port", value: "7001", origin: "file" })
  })
})

describe("the configuration file", () => {
  it("is the one of --config, else pensieve.yaml of the folder, else the user's own", async () => {
    const folder = join(home.folder, "project")
    mkdirSync(folder)
    const portIn = async (...args: ReadonlyArray<string>) => {
      const { stdout } = await home.run(["config", "show", ...args], { cwd: folder })
      return /^port +(\d+)/m.exec(stdout)?.[1]
    }
    writeFileSync(join(folder, "own.json"), `{ "port": 7003 }`)
    assert.strictEqual(await portIn(), "7001")
    writeFileSync(join(folder, "pensieve.yaml"), "port: 7002\n")
    assert.strictEqual(await portIn(), "7002")
    assert.strictEqual(await portIn("--config", "own.json"), "7003")
  })

  it("that cannot be used is told with every place, and code 2", async () => {
    writeFileSync(join(home.folder, "wrong.yaml"), "prot: 1\nlogLevel: wran\n")
    const { code, stderr, stdout } = await home.run(["config", "show", "--config", "wrong.yaml"])
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.strictEqual(
      stderr.replaceAll(home.folder, "HOME"),
      `pensieve: HOME/wrong.yaml: prot is not known here; did you mean port? (line 1, column 1)\npensieve: HOME/wrong.yaml: logLevel must be one of debug, info, warn, error (it is "wran"); did you mean warn? (line 2, column 1)\n`
    )
  })
})

describe("the flags of the start", () => {
  it("are one for each setting that is no secret", async () => {
    const { stdout } = await home.run(["start", "--help"])
    const told = new Set([...stdout.matchAll(/--([a-z-]+)/g)].map(([, flag = ""]) => flag))
    const [secret, open] = [true, false].map((kind) => settings.filter((one) => one.secret === kind))
    assert.includeMembers([...told], open?.map(({ flag }) => flag) ?? [])
    for (const { flag } of secret ?? []) assert.isFalse(told.has(flag), flag)
    assert.isNotEmpty(secret)
  })
})

describe("pensieve config schema", () => {
  it("is a JSON Schema of the file", async () => {
    const { stdout } = await home.run(["config", "schema"])
    assert.nestedProperty(JSON.parse(stdout), "properties.port.default")
  })
})

describe("flags", () => {
  const shown = async (...flags: ReadonlyArray<string>) => (await home.run(["config", "show", ...flags])).stdout

  it("that are true need no value", async () => {
    const upstream = ["--upstream", "http://localhost:1"]
    assert.match(await shown("--proxy-only", ...upstream), /^proxyOnly +true {2}\(--proxy-only\)$/m)
    assert.match(await shown("--local-only", "false"), /^localOnly +false {2}\(--local-only\)$/m)
    assert.match(await shown("--local-only=true"), /^localOnly +true {2}\(--local-only\)$/m)
  })

  it("may have the name they have elsewhere", async () => {
    assert.match(await shown("--ctx", "9000"), /^window +9000 {2}\(--window\)$/m)
  })
})
