import Anthropic from "@anthropic-ai/sdk"
import {
  delta,
  ending,
  type Proxy,
  says,
  type ScriptedUpstream,
  startProxy,
  startUpstream,
  until,
  words
} from "@pensieve/test-harness"
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const question = { model: "any", max_tokens: 40, messages: [{ role: "user" as const, content: "Say hello" }] }

describe("a configuration file that changes", () => {
  let near: ScriptedUpstream
  let far: ScriptedUpstream
  let proxy: Proxy
  let client: Anthropic
  const file = () => join(proxy.home, "config.yaml")
  const config = (more: string) =>
    `backends:\n  near: {kind: openai, url: "${near.url}"}\n  far: {kind: openai, url: "${far.url}"}\n${more}`
  const textOf = async () => {
    const { content } = await client.messages.create(question)
    return content.map((block) => (block.type === "text" ? block.text : "")).join("")
  }
  const logged = (line: RegExp) => until(`the log says ${line}`, 20_000, () => line.test(proxy.log()) || undefined)

  beforeAll(async () => {
    near = await startUpstream({ script: says("near") })
    far = await startUpstream({ script: says("far") })
    proxy = await startProxy({ config: config("router: {default: near}\n") })
    client = new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })
  })
  afterAll(async () => {
    await proxy.stop()
    await near.stop()
    await far.stop()
  })

  it("takes effect for the requests behind it; one that runs goes on with what it had", async () => {
    const { promise: go, resolve } = Promise.withResolvers<void>()
    near.play({
      steps: [delta({ role: "assistant", content: "" }), words("be"), { until: go }, words("gun"), ending()]
    })
    const stream = client.messages.stream(question)
    await new Promise<void>((heard) => stream.once("text", () => heard()))
    // Its backend is gone from the file, too.
    writeFileSync(file(), `backends:\n  far: {kind: openai, url: "${far.url}"}\n`)
    await logged(/configuration changed.*backends\.near/)
    assert.strictEqual(await textOf(), "far")
    resolve()
    assert.strictEqual(await stream.finalText(), "begun")
    near.play(says("near"))
  })

  it("that cannot be used is told with its place, and what was stays", async () => {
    writeFileSync(file(), config("router: {default: nearr}\n"))
    await logged(/cannot be used; the one before stays.*did you mean near\?.*line 4/)
    assert.strictEqual(await textOf(), "far")
    writeFileSync(file(), config("models: {m: {targets: [\n"))
    await logged(/cannot be used.*line 5/)
    assert.strictEqual(await textOf(), "far")
    writeFileSync(file(), config("backends2: ${NOBODY_SET_THIS}\n"))
    await logged(/cannot be used.*NOBODY_SET_THIS, which is not set/)
    assert.strictEqual(await textOf(), "far")
  })

  it("may be replaced as editors do it, and names what waits for a restart", async () => {
    const fresh = `${file()}.new`
    writeFileSync(fresh, config("router: {default: near}\nlogLevel: debug\n"))
    renameSync(fresh, file())
    await logged(/configuration changed.*afterRestart=logLevel/)
    assert.strictEqual(await textOf(), "near")
  })

  it("may name a function; a change of that file is a change, too", async () => {
    const module = join(proxy.home, "route.mjs")
    writeFileSync(module, `export default ({ requestedModel }) => (requestedModel === "any" ? "far" : undefined)\n`)
    writeFileSync(file(), config("router: {default: near, function: route.mjs, functionMs: 20000}\n"))
    await logged(/configuration changed.*router\.function/)
    assert.strictEqual(await textOf(), "far")
    writeFileSync(module, "export default 1\n")
    await logged(/the one before stays.*no function as its default export/)
    assert.strictEqual(await textOf(), "far")
    writeFileSync(module, "export default () => { throw new Error('mine') }\n")
    await logged(/configuration changed.*changed=router\.function/)
    assert.strictEqual(await textOf(), "near")
    await logged(/routing function.*it threw: mine/)
  })

  it("is never written", () => {
    assert.strictEqual(
      readFileSync(file(), "utf8"),
      config("router: {default: near, function: route.mjs, functionMs: 20000}\n")
    )
  })

  it("does not touch backends that stay as they are", () => {
    const started = (url: string) =>
      proxy
        .log()
        .split("\n")
        .filter((line) => line.includes("upstream ready") && line.includes(url))
    assert.deepStrictEqual([started(near.url).length, started(far.url).length], [2, 1])
  })
})
