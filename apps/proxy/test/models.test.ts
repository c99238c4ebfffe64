import { type CommandHome, makeCommandHome, tinyModel, until } from "@pensieve/test-harness"
import { cpSync, existsSync, globSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import { type FakeHub, startFakeHub } from "./fake-hub.ts"

const repository = "test-org/tiny"

let hub: FakeHub
beforeAll(async () => {
  hub = await startFakeHub({ [repository]: await tinyModel("long") })
}, 120_000)
afterAll(() => hub.stop())

let home: CommandHome
beforeEach(async () => {
  home = await makeCommandHome({ ...hub.env, PENSIEVE_PORT: "0" })
})
afterEach(() => home.close())

/** Puts a tiny model under models/. */
const haveModel = async (name: string) => {
  mkdirSync(join(home.state, "models"), { recursive: true })
  cpSync(await tinyModel("long"), join(home.state, "models", name), { recursive: true })
}

interface Row {
  readonly name: string
  readonly chosen: boolean
  readonly serves: boolean
}

const rows = async (): Promise<ReadonlyArray<Row>> => JSON.parse((await home.run(["models", "list", "--json"])).stdout)
const row = async (name: string) => (await rows()).find((one) => one.name === name)

describe("pensieve models", () => {
  it("are listed, the built-in one too", async () => {
    await haveModel("one")
    const { code, stdout } = await home.run(["models", "list"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^ {2}one +\d\S* MB {2}models folder$/m)
    assert.match(stdout, /^ {2}pensieve-demo .* built in/m)
  })

  it("are recommended by the machine's memory, the best first", async () => {
    const { stdout } = await home.run(["models", "recommend", "--json"])
    const { machine, models } = JSON.parse(stdout) as {
      machine: { memoryBytes: number }
      models: ReadonlyArray<{ fit: string; model: { bytes: number } }>
    }
    assert.isAbove(machine.memoryBytes, 0)
    const fitting = models.filter(({ fit }) => fit !== "too-large")
    for (const { model } of fitting) assert.isBelow(model.bytes, machine.memoryBytes)
    assert.match((await home.run(["models", "recommend"])).stdout, /^This machine: .* of memory\./)
  })
})

describe("pensieve models pull", () => {
  it("downloads a model of the hub when the user agrees, and has nothing to do the next time", async () => {
    const unasked = await home.run(["models", "pull", repository])
    assert.strictEqual(unasked.code, 1)
    assert.match(unasked.stderr, /MB to download.*[^]*Nothing was downloaded/)
    const { code, stdout, stderr } = await home.run(["models", "pull", repository, "--yes"])
    assert.strictEqual(code, 0, stderr)
    assert.match(stderr, / 100 %/)
    assert.match(stdout, /^test-org\/tiny is in \//)
    assert.isDefined(await row(repository))
    const again = await home.run(["models", "pull", repository])
    assert.strictEqual(again.code, 0)
    assert.notMatch(again.stderr, /download/)
  })

  it("says what is wrong with a name", async () => {
    const { code, stderr } = await home.run(["models", "pull", "no-repository"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /"no-repository" is not the name of a repository/)
    const unknown = await home.run(["models", "pull", "test-org/other", "--yes"])
    assert.strictEqual(unknown.code, 1)
    assert.match(unknown.stderr, /There is no model test-org\/other/)
  })
})

describe("pensieve models rm", () => {
  it("removes a model with all its files, once somebody agreed", async () => {
    await haveModel("one")
    assert.strictEqual((await home.run(["models", "rm", "one"])).code, 1)
    assert.isTrue(existsSync(join(home.state, "models", "one")))
    const { code, stdout } = await home.run(["models", "rm", "one", "--yes"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^Removed .*models\/one \(\d\S* MB\)\.\n$/)
    assert.isFalse(existsSync(join(home.state, "models", "one")))
  })

  it("removes a model of the hub with its blobs", async () => {
    await home.run(["models", "pull", repository, "--yes"])
    const { code } = await home.run(["models", "rm", repository, "--yes"])
    assert.strictEqual(code, 0)
    assert.isEmpty(globSync("hub/models--test-org--tiny/**", { cwd: hub.home }))
  })

  it("leaves what is built in, and what is not there", async () => {
    assert.match((await home.run(["models", "rm", "demo", "--yes"])).stderr, /is part of Pensieve and stays/)
    assert.match((await home.run(["models", "rm", "org/none", "--yes"])).stderr, /models pull org\/none/)
  })
})

describe("pensieve models use", () => {
  it("chooses for the next start", async () => {
    await haveModel("one")
    await haveModel("two")
    for (const name of ["one", "two"]) {
      assert.strictEqual((await home.run(["models", "use", name])).code, 0)
      assert.isTrue((await row(name))?.chosen)
      assert.match((await home.run(["config", "show"])).stdout, new RegExp(`^model +"${name}" {2}\\(.*models use`, "m"))
    }
    await home.run(["models", "use"])
    assert.notMatch((await home.run(["config", "show"])).stdout, /^model /m)
  })

  it("says so when something else comes first", async () => {
    await haveModel("one")
    const { code, stderr } = await home.run(["models", "use", "one"], { env: { PENSIEVE_MODEL: "demo" } })
    assert.strictEqual(code, 1)
    assert.match(stderr, /one is chosen, but PENSIEVE_MODEL names demo, which comes first/)
  })

  it("changes a proxy that runs, which finishes what it was answering", async () => {
    await haveModel("one")
    await haveModel("two")
    await home.run(["models", "use", "one"])
    // It waits until the model is ready.
    assert.strictEqual((await home.run(["setup", "--yes"], { limitMs: 120_000 })).code, 0)
    const token = readFileSync(join(home.state, "token"), "utf8").trim()
    const { proxies } = JSON.parse((await home.run(["status", "--json"])).stdout) as {
      proxies: ReadonlyArray<{ url: string }>
    }
    const base = proxies[0]?.url ?? ""
    const ask = (maxTokens: number) =>
      fetch(`${base}/v1/messages`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({
          model: "m",
          max_tokens: maxTokens,
          stream: true,
          messages: [{ role: "user", content: "Hi" }]
        })
      })
    const long = await ask(1500)
    assert.match(long.headers.get("x-pensieve-route") ?? "", /one/)
    const used = home.run(["models", "use", "two"], { limitMs: 120_000 })
    const text = await long.text()
    assert.match(text, /event: message_stop\n[^]*$/, text.slice(-400))
    assert.notMatch(text, /event: error/)
    assert.strictEqual((await used).code, 0)
    const next = await until("the other model answers", 60_000, async () => {
      const response = await ask(5)
      await response.text()
      return /two/.test(response.headers.get("x-pensieve-route") ?? "") ? response : undefined
    })
    assert.strictEqual(next.status, 200)
    assert.isTrue((await row("two"))?.serves)
    assert.match((await home.run(["models", "rm", "two", "--yes"])).stderr, /serves two/)
  }, 240_000)
})

describe("pensieve models convert", () => {
  it("makes a model by mlx-lm's converter, which can then be used", async () => {
    const { code, stdout, stderr } = await home.run(
      ["models", "convert", await tinyModel("long"), "--bits", "4", "--name", "small"],
      { limitMs: 120_000 }
    )
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /models\/small \(\d\S* [kM]B\)/)
    assert.strictEqual((await home.run(["models", "use", "small"])).code, 0)
    const again = await home.run(["models", "convert", await tinyModel("long"), "--name", "small"])
    assert.match(again.stderr, /is there already/)
  }, 240_000)

  it("says what is wrong with a source", async () => {
    const { code, stderr } = await home.run(["models", "convert", "nothing"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /neither a folder nor a repository/)
  })
})
