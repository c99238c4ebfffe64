import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { capture, which } from "../../../../scripts/bootstrap/processes.mjs"
import { scratchFolder } from "../../src/scratch-folder.ts"

const log = () => join(scratchFolder("log"), "logs/step.log")
const module = new URL("../../../../scripts/bootstrap/processes.mjs", import.meta.url).href

/** A process that hands over to `child` as the bootstrap does. */
const handsOverTo = (child: string) =>
  spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { handOver } from ${JSON.stringify(module)}
       process.exitCode = await handOver([process.execPath, "-e", ${JSON.stringify(child)}], { cwd: ".", env: process.env })`
    ],
    { stdio: ["ignore", "pipe", "inherit"] }
  )

describe("capture", () => {
  it("gives code and output, and keeps the output in the log", async () => {
    const file = log()
    const result = await capture(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], { cwd: "/", env: {}, log: file })
    assert.strictEqual(result.code, 3)
    assert.include(result.output, "out\n")
    assert.include(result.output, "err\n")
    assert.strictEqual(readFileSync(file, "utf8"), result.output)
  })

  it("reports a program that does not exist as code 127", async () => {
    assert.strictEqual((await capture(["/no/such/program"], { cwd: "/", env: {}, log: log() })).code, 127)
  })
})

describe("handOver", () => {
  it("passes the exit code through", async () => {
    const [code] = await once(handsOverTo("process.exit(7)"), "exit")
    assert.strictEqual(code, 7)
  })

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s to the child and waits for its end", async (signal) => {
    const parent = handsOverTo(
      `process.on("${signal}", () => { console.log("child ended"); process.exit(5) }); console.log("ready"); setInterval(() => {}, 1000)`
    )
    let output = ""
    parent.stdout.on("data", (bytes) => {
      output += bytes
      if (output === "ready\n") parent.kill(signal)
    })
    const [code] = await once(parent, "exit")
    assert.strictEqual(output, "ready\nchild ended\n")
    assert.strictEqual(code, 5)
  })
})

describe("which", () => {
  it("finds a program in PATH, and nothing that is not one", () => {
    assert.strictEqual(which("sh", { PATH: "/nowhere:/bin" }), "/bin/sh")
    assert.isUndefined(which("no-such-program", { PATH: "/bin" }))
    assert.isUndefined(which("sh", {}))
  })
})
