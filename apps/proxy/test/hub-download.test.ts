import { childrenOf, isAlive, places, startProxy, tinyModel, until } from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import { cpSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type FakeHub, startFakeHub } from "./fake-hub.ts"

const repository = "test-org/tiny"

/** `pensieve start` without the expectation that it serves. */
const start = (home: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, [places.main, "start", "--port", "0", ...args], {
    env: { PATH: process.env["PATH"] ?? "", HOME: home, PENSIEVE_HOME: home, ...env },
    stdio: ["ignore", "ignore", "pipe"]
  })
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text))
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
  return { child, ended, log: () => log }
}

describe("a model that is not on this machine", () => {
  let hub: FakeHub
  let home: string
  beforeAll(async () => {
    hub = await startFakeHub({
      [repository]: await tinyModel("long"),
      "test-org/words": join(places.bridge, "tests/templates")
    })
    home = mkdtempSync(join(tmpdir(), "pensieve-home-"))
    cpSync(await tinyModel("long"), join(home, "models/at-hand"), { recursive: true })
  }, 120_000)
  afterAll(async () => {
    await hub.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it("is left where it is when nobody agreed, and the best one at hand serves", async () => {
    const proxy = await startProxy({ args: ["--model", repository], env: { ...hub.env, PENSIEVE_HOME: home } })
    try {
      assert.match(proxy.log(), /test-org\/tiny: [\d.]+ MB to download, needs about .* of memory; this machine has/)
      assert.match(proxy.log(), /pensieve start --model test-org\/tiny --yes\n/)
      assert.match(proxy.log(), /pensieve: at-hand serves instead\.\n/)
      assert.match(proxy.log(), /Model: at-hand /)
      assert.deepStrictEqual(globSync("**/*.safetensors", { cwd: hub.home }), [])
    } finally {
      assert.strictEqual(await proxy.stop(), 143)
    }
  }, 60_000)

  it("is downloaded and served when the user agreed, and found the next time", async () => {
    const first = await startProxy({ args: ["--model", repository, "--yes"], env: hub.env })
    try {
      assert.match(first.log(), / [\d.]+ MB of [\d.]+ MB, 100 %\n/)
      assert.match(first.log(), /Model: test-org\/tiny \(downloaded as you asked\)/)
      assert.strictEqual((await fetch(`${first.base}/health`)).status, 200)
    } finally {
      await first.stop()
    }
    const again = await startProxy({ args: ["--model", repository], env: hub.env, unready: true })
    try {
      assert.match(again.log(), /Model: test-org\/tiny \(asked for\)/)
      assert.notMatch(again.log(), /download/)
    } finally {
      await again.stop()
    }
  }, 120_000)

  it("gives way to the best one at hand when it cannot be had", async () => {
    const proxy = await startProxy({
      args: ["--model", "test-org/words"],
      env: { ...hub.env, PENSIEVE_HOME: home },
      unready: true
    })
    try {
      assert.match(proxy.log(), /pensieve: test-org\/words is no model that MLX can run: it has no weights/)
      assert.match(proxy.log(), /Model: at-hand /)
    } finally {
      await proxy.stop()
    }
  }, 60_000)

  it("is an error with code 1 when the user wanted that one and no other", async () => {
    const unreachable = start(home, ["--model", repository, "--yes"], {
      HF_ENDPOINT: "http://127.0.0.1:9",
      HF_HOME: home
    })
    assert.strictEqual(await unreachable.ended, 1)
    assert.match(
      unreachable.log(),
      /pensieve: The model hub \(http:\/\/127\.0\.0\.1:9\) cannot be reached: .* Check the network/
    )
    const unknown = start(home, ["--model", "test-org/other", "--yes"], hub.env)
    assert.strictEqual(await unknown.ended, 1)
    assert.match(
      unknown.log(),
      /pensieve: There is no model test-org\/other at .*\. Check the spelling\. If it is private, set HF_TOKEN\.\n$/
    )
  }, 60_000)
})

describe("on a terminal", () => {
  /** The proxy with a terminal of its own, which Python's `pty` makes; what is written to stdin is typed. */
  const atTerminal = (home: string, env: Readonly<Record<string, string>>) => {
    const inPty = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])) % 256)"
    const command = [process.execPath, places.main, "start", "--port", "0", "--model", repository]
    const child = spawn(places.python, ["-c", inPty, ...command], {
      env: { PATH: process.env["PATH"] ?? "", HOME: home, PENSIEVE_HOME: home, ...env },
      stdio: ["pipe", "pipe", "inherit"]
    })
    let screen = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (screen += text))
    const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
    return {
      type: (text: string) => child.stdin.write(text),
      sees: (what: RegExp) => until(`the screen shows ${what}`, 90_000, () => what.exec(screen)?.[0]),
      ended,
      close: async () => {
        child.kill("SIGKILL")
        await ended
      }
    }
  }

  const session = async (
    test: (terminal: ReturnType<typeof atTerminal>, hub: FakeHub) => Promise<void>,
    holdAfter?: number
  ) => {
    const hub = await startFakeHub({ [repository]: await tinyModel("long") }, holdAfter)
    const home = mkdtempSync(join(tmpdir(), "pensieve-home-"))
    cpSync(await tinyModel("long"), join(home, "models/at-hand"), { recursive: true })
    const terminal = atTerminal(home, hub.env)
    try {
      await test(terminal, hub)
    } finally {
      await terminal.close()
      await hub.stop()
      rmSync(home, { recursive: true, force: true })
    }
  }

  it(
    "asks, and serves what was downloaded after a yes",
    () =>
      session(async ({ type, sees, ended }) => {
        await sees(/to download, .*\r\npensieve: Download it now\? \[y\/N\] $/)
        type("y\n")
        await sees(/\r {2}[\d.]+ MB of [\d.]+ MB, 100 %/)
        assert.isOk(await sees(/Model: test-org\/tiny \(downloaded as you asked\)/))
        type("\x03")
        assert.strictEqual(await ended, 130)
      }),
    60_000
  )

  it(
    "takes Enter for a no",
    () =>
      session(async ({ type, sees, ended }, hub) => {
        await sees(/\[y\/N\] $/)
        type("\n")
        assert.isOk(await sees(/Model: at-hand /))
        assert.deepStrictEqual(globSync("**/*.safetensors", { cwd: hub.home }), [])
        type("\x03")
        assert.strictEqual(await ended, 130)
      }),
    60_000
  )

  it(
    "is stopped by Ctrl-C while it downloads",
    () =>
      session(async ({ type, sees, ended }) => {
        await sees(/\[y\/N\] $/)
        type("y\n")
        await sees(/\r {2}[\d.]+ MB of [\d.]+ MB/)
        type("\x03")
        assert.isOk(await sees(/\r\npensieve: Stopped\. What has come is kept/))
        assert.strictEqual(await ended, 130)
      }, 1_000_000),
    60_000
  )
})

describe("a download that is stopped", () => {
  for (const [signal, expected] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGKILL", null]
  ] as const)
    it(`leaves no process behind after ${signal}, and goes on the next time`, async () => {
      const hub = await startFakeHub({ [repository]: await tinyModel("long") }, 1_000_000)
      const home = mkdtempSync(join(tmpdir(), "pensieve-home-"))
      try {
        const { child, ended, log } = start(home, ["--model", repository, "--yes"], hub.env)
        const begun = () =>
          globSync(join(hub.home, "hub/*/blobs/*.incomplete")).map(
            (path) => statSync(path, { throwIfNoEntry: false })?.size
          )
        await until("it holds", 90_000, () => begun().join() === "1000000" || undefined)
        const [downloader, ...others] = childrenOf(child.pid ?? -1)
        assert.deepStrictEqual(others, [])
        child.kill(signal)
        const code = await ended
        await until(
          "the downloader is gone",
          5000,
          () => (downloader !== undefined && !isAlive(downloader)) || undefined
        )
        if (signal !== "SIGKILL") {
          assert.strictEqual(code, expected)
          assert.match(log(), /Stopped\. What has come is kept: the same command goes on from there\.\n$/)
        }
        assert.deepStrictEqual(begun(), [1_000_000])
        const again = await startProxy({ args: ["--model", repository, "--yes"], env: hub.env })
        assert.match(again.log(), /test-org\/tiny: [\d.]+ MB of [\d.]+ MB still to download/)
        await again.stop()
      } finally {
        await hub.stop()
        rmSync(home, { recursive: true, force: true })
      }
    }, 90_000)
})
