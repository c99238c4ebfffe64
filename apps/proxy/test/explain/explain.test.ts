import { places } from "@pensieve/test-harness"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

describe("pensieve explain", () => {
  let home = ""
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "pensieve-explain-"))
    const module = `export default ({ headers }) => (headers["x-team"] === "docs" ? "far,docs-1" : undefined)\n`
    writeFileSync(join(home, "route.mjs"), module)
    writeFileSync(
      join(home, "config.yaml"),
      `backends: {near: {kind: openai, url: "http://localhost:1"}, far: {kind: openai, url: "http://localhost:2", key: canary}}\nrouter: {default: near, function: route.mjs, functionMs: 20000}\n`
    )
    const body = { model: "claude-opus-5", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] }
    writeFileSync(join(home, "body.json"), JSON.stringify(body))
    writeFileSync(join(home, "request.json"), JSON.stringify({ headers: { "x-team": "docs" }, body }))
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const explain = (...args: ReadonlyArray<string>) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [places.main, "explain", ...args], {
      cwd: home,
      env: { PATH: process.env["PATH"] ?? "", HOME: home, PENSIEVE_HOME: home },
      encoding: "utf8",
      timeout: 60_000
    })
    assert.notInclude(stdout + stderr, "canary")
    return { status, stdout, stderr }
  }

  it("prints the facts, each rule and what became of it, with the user's function asked", () => {
    const { status, stdout } = explain("request.json")
    assert.strictEqual(status, 0)
    assert.match(stdout, /^model asked for {3}claude-opus-5$/m)
    assert.match(stdout, /^prompt tokens {5}\d+ \(estimated\)$/m)
    assert.match(stdout, /^goes to {11}far\/docs-1$/m)
    assert.match(stdout, /^ {2}→ function: the routing function chose it$/m)
    assert.match(stdout, /^ {2}· default: function had decided$/m)
  })

  it("prints JSON for programs, by settings of the command line as well", () => {
    const { stdout } = explain("body.json", "--json", "--router-default", "far")
    const { facts, decision } = JSON.parse(stdout)
    assert.deepStrictEqual(
      [facts.requestedModel, decision.rule, decision.target],
      ["claude-opus-5", "default", { backend: "far" }]
    )
    assert.isUndefined(facts.body)
  })

  it("prints what of a log, or of a folder of traces, would move under another configuration", () => {
    const record = (model: string) => ({
      path: "/v1/messages",
      body: { model, max_tokens: 9, messages: [{ role: "user", content: "Hi" }] }
    })
    const [stays, moves] = [record("claude-opus-5"), record("far,big")]
    const before = "near/some-model; rule=default"
    writeFileSync(
      join(home, "log.jsonl"),
      [stays, moves].map((one) => JSON.stringify({ ...one, route: before })).join("\n")
    )
    const changed = ["--config", "config.yaml", "--router-background", "near"]
    assert.deepStrictEqual(explain("--log", "log.jsonl", ...changed).stdout.split("\n"), [
      `line 2: far,big, main, 20 tokens: ${before} → far/big; rule=explicit`,
      "1 would move, 1 would not",
      ""
    ])
    mkdirSync(join(home, "traces"))
    const trace = { traceVersion: 1, route: before, client: { ...moves, headers: {} } }
    writeFileSync(join(home, "traces/20260101T000000.000Z-req_1.json"), JSON.stringify(trace))
    assert.match(
      explain("--log", "traces").stdout,
      /^20260101T000000\.000Z-req_1\.json: far,big, .*\n1 would move, 0 would not\n$/
    )
  })

  it("ends with code 2 where there is nothing to explain", () => {
    const { status, stderr } = explain("nothing.json")
    assert.deepStrictEqual([status, stderr], [2, "pensieve: nothing.json cannot be read.\n"])
    assert.strictEqual(explain().status, 2)
  })
})
