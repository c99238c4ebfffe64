import {
  type CommandHome,
  makeCommandHome,
  says,
  type ScriptedUpstream,
  startUpstream,
  until
} from "@pensieve/test-harness"
import { globSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const token = "canary-token-0123456789"
const upstreamKey = "canary-upstream-key-0815"

let upstream: ScriptedUpstream
let home: CommandHome
let base: string

const start = async (...args: ReadonlyArray<string>) => {
  const { code, stderr } = await home.run(["start", "--detach", "--port", "0", ...args])
  assert.strictEqual(code, 0, stderr)
  base = /http:\/\/127\.0\.0\.1:\d+/.exec(stderr)?.[0] ?? ""
}

beforeAll(async () => {
  upstream = await startUpstream({ script: says("canary-answer") })
  home = await makeCommandHome({
    PENSIEVE_UPSTREAM: upstream.url,
    PENSIEVE_TOKEN: token,
    PENSIEVE_UPSTREAM_KEY: upstreamKey
  })
  await start("--debug", "3")
})
afterAll(async () => {
  await home.close()
  await upstream.stop()
})

const ask = async (content: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${base}/v1/messages?canary-query=1`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({
      model: "m",
      max_tokens: 50,
      system: "A long beginning that both have in common.",
      messages: [{ role: "user", content }]
    })
  })
  await response.text()
  const id = response.headers.get("request-id") ?? "?"
  const isWhole = (name: string) => name.includes(id) && !name.endsWith(".tmp")
  await until("its trace is written", 10_000, () => home.names("traces").some(isWhole) || undefined)
  return id
}

const files = (folder: string) =>
  globSync("**", { cwd: join(home.state, folder) })
    .map((name) => join(home.state, folder, name))
    .filter((file) => statSync(file).isFile())
const textOf = (folder: string) =>
  files(folder)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n")

describe("traces of every request", () => {
  it("hold what was asked, sent, heard and made of it, for the user's eyes only", async () => {
    const id = await ask("canary-question")
    const { code, stdout } = await home.run(["trace", "show", id])
    assert.strictEqual(code, 0)
    for (const part of ["canary-question", "canary-answer", "route: ", "text-delta", '"promptTokens"'])
      assert.include(stdout, part)
    assert.include(textOf("traces"), '"trials":[{"rule":"explicit","outcome":"lost","why":')
    for (const file of files("traces")) assert.strictEqual(statSync(file).mode & 0o777, 0o600)
    assert.strictEqual(statSync(join(home.state, "traces")).mode & 0o777, 0o700)
  })

  it("hold no credentials, and nothing that looks like one", async () => {
    await ask("My key is sk-ant-api03-canarycanarycanary", {
      "x-api-key": "canary-client-key",
      cookie: "canary-cookie"
    })
    const traces = textOf("traces")
    for (const secret of [token, upstreamKey, "canary-client-key", "canary-cookie", "sk-ant-api03-canary"])
      assert.notInclude(traces, secret)
    assert.include(traces, "My key is [redacted]")
  })

  it("are listed, and compared by where their prompts begin to differ", async () => {
    const [one, other] = [await ask("What is a fox?"), await ask("What is a hen?")]
    const { stdout: list } = await home.run(["trace", "list"])
    assert.match(list, new RegExp(`${one}.*\\n.*${other}`))
    const { stdout } = await home.run(["trace", "diff"])
    assert.match(stdout, /They differ in message 2 \(user\):\n- ".*fox\?.*"\n\+ ".*hen\?.*"/)
  })

  it("are sent again as they were", async () => {
    const id = await ask("once more")
    const before = upstream.calls.length
    const { code, stdout, stderr } = await home.run(["trace", "replay", id])
    assert.strictEqual(code, 0, stderr)
    assert.match(stderr, /Status 200; the first time it ended with end-turn/)
    assert.include(stdout, "canary-answer")
    assert.strictEqual(upstream.calls[before]?.text, upstream.calls[before - 1]?.text)
  })

  it("are not mistaken for others", async () => {
    const { code, stderr } = await home.run(["trace", "show", "no-such-trace"])
    assert.strictEqual(code, 1)
    assert.match(stderr, /There is no trace "no-such-trace"/)
  })
})

describe("the log at its most talkative", () => {
  it("holds no content and no secrets", async () => {
    await ask("canary-in-the-prompt", { "x-api-key": "canary-client-key" })
    const log = textOf("logs")
    assert.match(log, /message=answer .*request=req_/)
    assert.notInclude(log, "canary")
  })
})

describe("traces of what goes wrong", () => {
  it("are kept of nothing else, and by default", async () => {
    await home.run(["stop"])
    await start()
    const before = home.names("traces").length
    const good = await fetch(`${base}/v1/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "m", max_tokens: 5, messages: [{ role: "user", content: "good" }] })
    })
    await good.text()
    upstream.play({ status: 400, steps: ['{"error":{"message":"canary-refusal"}}'] })
    await ask("bad")
    assert.strictEqual(home.names("traces").length, before + 1)
    assert.match((await home.run(["trace", "show"])).stdout, /why: .*canary-refusal/)
  })
})
