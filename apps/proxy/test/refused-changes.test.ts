import {
  places,
  type Proxy,
  says,
  type ScriptedUpstream,
  startProxy,
  startUpstream,
  until
} from "@pensieve/test-harness"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

/** Each file: a configuration, and behind a line of dashes what is said of it. */
const goldens = join(places.root, "packages/config/test/fixtures/refused")

describe("a change that cannot be used", () => {
  let near: ScriptedUpstream
  let far: ScriptedUpstream
  let proxy: Proxy
  const place = (name: string) => join(proxy.home, name)
  const configuration = (more: string) =>
    `backends: {near: {kind: openai, url: "${near.url}"}, far: {kind: openai, url: "${far.url}"}}\nrouter: {default: near, functionMs: 2000${more}}\n`
  const configure = (more: string) => writeFileSync(place("config.yaml"), configuration(`, function: route.mjs${more}`))
  /** What is logged while something is done. */
  const loggedBy = async (work: () => unknown, words: RegExp): Promise<string> => {
    const before = proxy.log().length
    await work()
    const line = await until(`the log says ${words}`, 30_000, () =>
      proxy
        .log()
        .slice(before)
        .split("\n")
        .find((one) => words.test(one))
    )
    return line.replaceAll(proxy.home, "HOME")
  }
  const whyOf = (line: string): string => JSON.parse(/ why=("(?:[^"\\]|\\.)*")/.exec(line)?.[1] ?? '""')
  const answer = async () => {
    const response = await fetch(`${proxy.base}/v1/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${proxy.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "any", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] })
    })
    const { content } = (await response.json()) as { readonly content: ReadonlyArray<{ readonly text: string }> }
    return content.map(({ text }) => text).join("")
  }
  const choosesFar = `export default () => "far"\n`

  beforeAll(async () => {
    near = await startUpstream({ script: says("near") })
    far = await startUpstream({ script: says("far") })
    proxy = await startProxy({ config: configuration("") })
    writeFileSync(place("route.mjs"), choosesFar)
    await loggedBy(() => configure(""), /configuration changed/)
  })
  afterAll(async () => {
    await proxy.stop()
    await Promise.all([near.stop(), far.stop()])
  })

  it("of the file is told as at the start, and what was stays", { timeout: 120_000 }, async () => {
    assert.strictEqual(await answer(), "far")
    for (const name of readdirSync(goldens)) {
      const [text = "", expected = ""] = readFileSync(join(goldens, name), "utf8").split("-----\n")
      const line = await loggedBy(() => writeFileSync(place("config.yaml"), text), /cannot be used/)
      // Port and token are given on a higher level here.
      const lines = expected
        .trimEnd()
        .split("\n")
        .filter((one) => !/^config\.yaml: (port|token) must/.test(one))
      const words = lines.join("\npensieve: ").replaceAll("config.yaml: ", "HOME/config.yaml: ")
      assert.strictEqual(whyOf(line), words, name)
      assert.strictEqual(await answer(), "far", name)
    }
    await loggedBy(() => configure(", think: far"), /configuration changed/)
  })

  it.each([
    ["throws while it is loaded", "throw new Error('early')", "HOME/route.mjs cannot be loaded: early."],
    ["never ends being loaded", "for (;;);", "HOME/route.mjs did not load within 10 seconds."],
    ["exports nothing", "export const route = 1", "HOME/route.mjs has no function as its default export."],
    ["is no JavaScript", "export default (", "HOME/route.mjs cannot be loaded: Unexpected end of input."]
  ])(
    "of the function that %s is told, and the one before goes on choosing",
    { timeout: 60_000 },
    async (_, source, why) => {
      const line = await loggedBy(() => writeFileSync(place("route.mjs"), source), /cannot be used/)
      assert.strictEqual(whyOf(line), `router.function: ${why}`)
      assert.strictEqual(await answer(), "far")
    }
  )

  it.each([
    ["throws", "() => { throw new Error('no luck') }", "it threw: no luck"],
    ["rejects", "async () => { throw 'nothing' }", "it threw: nothing"],
    ["loops", "() => { for (;;); }", "it took longer than 2000 ms"],
    ["never answers", "() => new Promise(() => {})", "it took longer than 2000 ms"],
    ["gives nonsense", "() => ({ model: 1 })", `it gave {"model":1}, which is not the name of a model`],
    ["gives a number", "() => 7", "it gave 7, which is not the name of a model"],
    ["ends its process", "() => process.exit(3)", "it ended its worker"]
  ])(
    "of the function that %s is told with each request, and the rules decide",
    { timeout: 60_000 },
    async (_, source, why) => {
      await loggedBy(() => writeFileSync(place("route.mjs"), `export default ${source}\n`), /configuration changed/)
      for (let time = 0; time < 2; time++) {
        const line = await loggedBy(async () => assert.strictEqual(await answer(), "near"), /routing function/)
        assert.strictEqual(whyOf(line), `the routing function failed: ${why}`)
      }
      await loggedBy(() => writeFileSync(place("route.mjs"), choosesFar), /configuration changed/)
      assert.strictEqual(await answer(), "far")
    }
  )
})
