import { childrenOf, type CommandHome, isAlive, makeCommandHome, tinyModel, until } from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

let home: CommandHome
beforeEach(async () => {
  home = await makeCommandHome({ PENSIEVE_PORT: "0", PENSIEVE_MODEL: await tinyModel("long") })
}, 120_000)
afterEach(() => home.close())

interface Told {
  readonly pid: number
  readonly port: number
  readonly status: string
}

const proxies = async (): Promise<ReadonlyArray<Told>> =>
  (JSON.parse((await home.run(["status", "--json"])).stdout) as { proxies: ReadonlyArray<Told> }).proxies

const healthy = () =>
  until("a proxy is ready", 60_000, async () => (await proxies()).find(({ status }) => status === "healthy"))

const sockets = () => readdirSync(join(home.state, "run")).filter((name) => name.endsWith(".sock"))

describe("kill -9", () => {
  it("of the proxy and its engine at once leaves nothing behind the next start", async () => {
    await home.run(["start", "--detach"])
    const first = await healthy()
    const all = [first.pid, ...childrenOf(first.pid)]
    assert.lengthOf(all, 2)
    for (const pid of all) process.kill(pid, "SIGKILL")
    await until("both are gone", 30_000, () => all.every((pid) => !isAlive(pid)) || undefined)
    assert.strictEqual((await home.run(["status"])).code, 3)

    const { code, stderr } = await home.run(["start", "--detach", "--port", String(first.port)])
    assert.strictEqual(code, 0, stderr)
    const second = await healthy()
    assert.strictEqual(second.port, first.port)
    assert.isTrue(
      sockets().every((name) => name.startsWith(`bridge-${second.pid}-`)),
      sockets().join(" ")
    )
    await home.run(["stop"])
    assert.deepEqual(home.names("run"), [])
  }, 120_000)

  it("of the command that starts a proxy in the background hinders nobody", async () => {
    const [node, main] = home.program
    const launcher = spawn(node, [main, "start", "--detach"], { env: home.env, cwd: home.folder, stdio: "ignore" })
    await until("it has begun", 20_000, () => home.names("logs").some((name) => name.startsWith("start-")) || undefined)
    launcher.kill("SIGKILL")
    // Whether the proxy was begun by then or not, there is one afterwards, and no more.
    const { code, stderr } = await home.run(["start", "--detach"])
    assert.strictEqual(code, 0, stderr)
    await healthy()
    for (const { pid } of await proxies()) assert.isTrue(isAlive(pid))
    await home.run(["stop"])
    assert.deepEqual(await proxies(), [])
    await home.run(["start", "--detach"])
    assert.notInclude(home.names("logs").join(" "), "start-")
  }, 120_000)
})
