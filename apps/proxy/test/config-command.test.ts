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
