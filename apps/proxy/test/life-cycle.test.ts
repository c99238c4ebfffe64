import {
  type CommandHome,
  isAlive,
  makeCommandHome,
  says,
  type ScriptedUpstream,
  startUpstream,
  until
} from "@pensieve/test-harness"
import { writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"

/** What `status --json` says of a proxy, as far as these tests look. */
interface Told {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly status: string
  readonly model: string
  readonly instance: string
}

let upstream: ScriptedUpstream
let home: CommandHome
beforeAll(async () => {
  upstream = await startUpstream({ script: says("Hello from afar") })
})
afterAll(() => upstream.stop())
beforeEach(async () => {
  home = await makeCommandHome({ PENSIEVE_UPSTREAM: upstream.url })
})
afterEach(() => home.close())

const proxies = async (): Promise<ReadonlyArray<Told>> => {
  const { stdout } = await home.run(["status", "--json"])
  return (JSON.parse(stdout) as { proxies: ReadonlyArray<Told> }).proxies
}

const only = async (): Promise<Told> => {
  const [proxy, ...more] = await proxies()
  assert.isDefined(proxy)
  assert.isEmpty(more)
  return proxy as Told
}

const startDetached = async (...args: ReadonlyArray<string>): Promise<Told> => {
  const { code, stderr } = await home.run(["start", "--detach", "--port", "0", ...args])
  assert.strictEqual(code, 0, stderr)
  return only()
}

describe("pensieve", () => {
  it("names the nearest verb when it knows none of that name, and ends with code 2", async () => {
    const { code, stderr } = await home.run(["strat"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /Unknown subcommand "strat"[^]*Did you mean this\?\s+start/)
  })

  it("tells its verbs with examples, and its version", async () => {
    const { code, stdout } = await home.run(["--help"])
    assert.strictEqual(code, 0)
    for (const verb of ["start", "stop", "restart", "status", "logs"])
      assert.match(stdout, new RegExp(`^ +${verb} `, "m"))
    assert.match(stdout, /EXAMPLES\n[^]*pensieve start --detach/)
    assert.match((await home.run(["--version"])).stdout, /^pensieve v\d+\.\d+\.\d+/)
  })

  it("writes completions for a shell", async () => {
    const { code, stdout } = await home.run(["--completions", "bash"])
    assert.strictEqual(code, 0)
    assert.include(stdout, "restart")
  })

  it("says which folder it cannot use", async () => {
    const file = join(home.folder, "file")
    writeFileSync(file, "")
    const { code, stderr } = await home.run(["status"], { env: { PENSIEVE_HOME: join(file, "state") } })
    assert.strictEqual(code, 1)
    assert.match(stderr, /^pensieve: The state folder .* cannot be made .*PENSIEVE_HOME\.\n$/)
  })
})

describe("a proxy in the background", () => {
  it("is there when `start --detach` comes back, is shown by `status`, and is gone after `stop`", async () => {
    const { pid } = await startDetached()
    const { model } = await until("it has found its upstream", 30_000, async () => {
      const proxy = await only()
      return proxy.status === "healthy" ? proxy : undefined
    })
    assert.strictEqual(model, "scripted-model")
    assert.match(
      (await home.run(["status"])).stdout,
      /^http:\/\/127\.0\.0\.1:\d+ {2}healthy\n {2}model {4}scripted-model/
    )
    assert.match((await home.run(["statusline"])).stdout, /^scripted-model\n$/)
    const { code, stderr } = await home.run(["stop"])
    assert.strictEqual(code, 0)
    assert.match(stderr, new RegExp(`Stopped .* \\(process ${pid}\\)`))
    assert.isFalse(isAlive(pid))
    assert.strictEqual((await home.run(["status"])).code, 3)
    assert.match((await home.run(["statusline"])).stdout, /^Pensieve does not run\n$/)
    assert.deepEqual(home.names("run"), [])
  })

  it("says why it cannot start, with the code of the start", async () => {
    const { code, stderr } = await home.run(["start", "--detach", "--port", "0", "--model", "x"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /"x" is neither a model folder/)
    assert.deepEqual(home.names("logs"), [])
  })

  it("writes a log that `logs` prints, of which `--lines` are the last", async () => {
    const { url } = await startDetached("--log-level", "debug")
    await fetch(`${url}/v1/messages`)
    assert.match((await home.run(["logs"])).stdout, /level=INFO/)
    const { stdout } = await home.run(["logs", "--lines", "1"])
    assert.lengthOf(stdout.trimEnd().split("\n"), 1)
  })

  it("keeps its port and its flags over a restart", async () => {
    const before = await startDetached("--upstream-model", "scripted-model")
    const { code, stderr } = await home.run(["restart"])
    assert.strictEqual(code, 0, stderr)
    const after = await only()
    assert.strictEqual(after.port, before.port)
    assert.notStrictEqual(after.pid, before.pid)
    assert.match(stderr, /\(scripted-model\)/)
  })

  it("keeps a free port over a restart wherever it was asked for, so that clients find it", async () => {
    const env = { PENSIEVE_PORT: "0" }
    assert.strictEqual((await home.run(["start", "--detach"], { env })).code, 0)
    const before = await only()
    assert.strictEqual((await home.run(["restart", "--window", "5000"], { env })).code, 0)
    assert.strictEqual((await only()).port, before.port)
  })
})

describe("a second start", () => {
  it("joins the proxy that runs, with code 0, and says how its own flags would take effect", async () => {
    const { pid, port } = await startDetached()
    const { code, stderr } = await home.run(["start", "--port", String(port), "--window", "5000"])
    assert.strictEqual(code, 0)
    assert.match(
      stderr,
      new RegExp(`runs on http://127\\.0\\.0\\.1:${port} already \\(process ${pid}, .*this start joins it`)
    )
    assert.match(stderr, /`pensieve restart --window=5000`/)
  })

  it("in the same moment leaves one proxy, and both come back well", async () => {
    const { port } = await startDetached()
    await home.run(["stop"])
    const runs = await Promise.all([1, 2].map(() => home.run(["start", "--detach", "--port", String(port)])))
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0],
      runs.map(({ stderr }) => stderr).join("\n")
    )
    assert.strictEqual((await only()).port, port)
  })

  it("of another home says that the port is another Pensieve's, and whose process that is", async () => {
    const { pid, port } = await startDetached()
    const other = await makeCommandHome({ PENSIEVE_UPSTREAM: upstream.url })
    try {
      const { code, stderr } = await other.run(["start", "--port", String(port)])
      assert.strictEqual(code, 1)
      assert.match(stderr, new RegExp(`Port ${port} is taken by another Pensieve of .*, process ${pid}: .*--port`))
    } finally {
      await other.close()
    }
  })
})

describe("a port that a stranger has", () => {
  it("is refused with the stranger's process, and the token is not told to it", async () => {
    const heard: Array<string> = []
    const stranger = createServer((socket) => {
      socket.setEncoding("utf8").on("data", (text: string) => {
        heard.push(text)
        socket.end(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"status":"healthy"}'
        )
      })
    })
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve))
    const { port } = stranger.address() as AddressInfo
    const { code, stderr } = await home.run(["start", "--port", String(port)], {
      env: { PENSIEVE_TOKEN: "canary-token" }
    })
    stranger.close()
    assert.strictEqual(code, 1)
    assert.match(stderr, new RegExp(`Port ${port} is taken by process ${process.pid}: `))
    assert.isNotEmpty(heard)
    assert.notInclude(heard.join(""), "canary-token")
  })
})

describe("a proxy that was killed", () => {
  it("leaves nothing that a command takes for a proxy, nor anything that hinders the next start", async () => {
    const first = await startDetached()
    process.kill(first.pid, "SIGKILL")
    await until("it is gone", 5000, () => !isAlive(first.pid) || undefined)
    assert.strictEqual((await home.run(["status"])).code, 3)
    const { code, stderr } = await home.run(["start", "--detach", "--port", String(first.port)])
    assert.strictEqual(code, 0, stderr)
    const second = await only()
    assert.strictEqual(second.port, first.port)
    assert.notStrictEqual(second.instance, first.instance)
  })
})
