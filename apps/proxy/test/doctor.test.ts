import {
  callsTools,
  chatOf,
  type CommandHome,
  makeCommandHome,
  places,
  says,
  type ScriptedUpstream,
  startUpstream
} from "@pensieve/test-harness"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

interface Finding {
  readonly about: string
  readonly state: string
  readonly found: string
}

let home: CommandHome
beforeEach(async () => {
  home = await makeCommandHome({ PENSIEVE_PORT: "0" })
})
afterEach(() => home.close())

const examine = async (args: ReadonlyArray<string> = [], env: Readonly<Record<string, string>> = {}) => {
  const { code, stdout, stderr } = await home.run(["doctor", "--json", ...args], { env, limitMs: 120_000 })
  assert.strictEqual(stderr, "")
  return { code, findings: JSON.parse(stdout) as ReadonlyArray<Finding> }
}
const about = (findings: ReadonlyArray<Finding>, what: string) => findings.filter((one) => one.about === what)

describe("pensieve doctor", () => {
  it("finds a running model well: it answers, calls a tool, stops when told, and uses its cache", async () => {
    const { code: started, stderr } = await home.run(["start", "--detach", "--model", places.demoModel])
    assert.strictEqual(started, 0, stderr)
    // Another command waits until the model is ready.
    await home.run(["setup", "--yes"])
    const { code, findings } = await examine()
    assert.strictEqual(code, 0, JSON.stringify(findings))
    for (const what of ["health", "a message", "a tool call", "a cancel", "the cache"])
      assert.deepEqual(
        about(findings, what).map(({ state }) => state),
        ["good"],
        JSON.stringify(about(findings, what))
      )
    assert.match(about(findings, "Claude Code's settings")[0]?.found ?? "", /leads to the proxy/)
  }, 180_000)

  it("says so when no proxy runs, and looks at the rest", async () => {
    const { code, findings } = await examine()
    assert.strictEqual(code, 0)
    assert.match(about(findings, "proxy")[0]?.found ?? "", /none runs/)
    assert.strictEqual(about(findings, "state folder")[0]?.state, "good")
  })

  it("tells what is wrong with the configuration, and ends with code 1", async () => {
    mkdirSync(home.state, { recursive: true })
    writeFileSync(join(home.state, "config.yaml"), "prot: 1\n")
    const { code, findings } = await examine()
    assert.strictEqual(code, 1)
    assert.match(
      about(findings, "configuration")[0]?.found ?? "",
      /prot is not known here; did you mean port\?.*line 1/
    )
  })

  it("prints lines with marks and remedies for people", async () => {
    const { stdout } = await home.run(["doctor"])
    assert.match(stdout, /^✓ Pensieve: version /m)
    assert.match(stdout, /^! proxy: none runs\n {4}→ .*start/m)
    assert.match(stdout, /\n\n1 doubtful, \d+ good\n$/)
  })
})

describe("pensieve doctor over another server", () => {
  let upstream: ScriptedUpstream
  beforeEach(async () => {
    upstream = await startUpstream()
    const { code, stderr } = await home.run(["start", "--detach", "--upstream", upstream.url])
    assert.strictEqual(code, 0, stderr)
  })
  afterEach(() => upstream.stop())

  it("doubts a model that makes no calls, and a cache that is of no use", async () => {
    upstream.play(says("Hello"))
    const { findings } = await examine()
    assert.strictEqual(about(findings, "a message")[0]?.state, "good")
    assert.strictEqual(about(findings, "a tool call")[0]?.state, "doubtful")
    assert.strictEqual(about(findings, "the cache")[0]?.state, "doubtful")
  })

  it("tells a server that refuses, with its words", async () => {
    upstream.play((call) =>
      (chatOf(call).tools ?? []).length > 0
        ? callsTools({ name: "look_up", input: { word: "fox" } })
        : { status: 400, steps: ['{"error":{"message":"no such luck"}}'] }
    )
    const { code, findings } = await examine()
    assert.strictEqual(code, 1)
    assert.match(about(findings, "a message")[0]?.found ?? "", /no such luck/)
    assert.strictEqual(about(findings, "a tool call")[0]?.state, "good")
  })

  it("asks nothing when told to be quick", async () => {
    const before = upstream.calls.length
    const { findings } = await examine(["--quick"])
    assert.strictEqual(about(findings, "questions")[0]?.state, "left-out")
    assert.lengthOf(upstream.calls, before)
  })
})
