import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { isRunning } from "../../src/life-cycle/is-running.ts"

describe("a process", () => {
  it("runs until it has ended", async () => {
    assert.isTrue(isRunning(process.pid))
    const child = spawn("sleep", ["60"])
    const pid = child.pid ?? 0
    assert.isTrue(isRunning(pid))
    child.kill("SIGKILL")
    await once(child, "exit")
    assert.isFalse(isRunning(pid))
  })

  it.each([0, -1, 1.5, Number.NaN])("is never %s", (pid) => {
    assert.isFalse(isRunning(pid))
  })

  it.runIf(process.platform === "linux")("does not run when it has ended and nobody asked how", async () => {
    // What takes the shell's place knows nothing of the shell's child.
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] })
    try {
      const [said] = await once(parent.stdout, "data")
      const pid = Number(String(said))
      for (let left = 200; isRunning(pid) && left > 0; left--) await new Promise((resolve) => setTimeout(resolve, 20))
      assert.isFalse(isRunning(pid))
      assert.doesNotThrow(() => process.kill(pid, 0))
    } finally {
      parent.kill("SIGKILL")
    }
  })
})
