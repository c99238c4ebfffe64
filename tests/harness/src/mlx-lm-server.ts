import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "./free-port.ts"
import { places } from "./places.ts"
import { until } from "./until.ts"

/** A running mlx_lm.server. */
export interface MlxLmServer {
  readonly url: string
  readonly stop: () => Promise<void>
}

/**
 * Starts the real mlx_lm.server of the engine's environment on a model folder. Its cache of models is empty.
 *
 * @param env variables besides those it needs
 */
export const startMlxLmServer = async (
  model: string,
  env: Readonly<Record<string, string>> = {}
): Promise<MlxLmServer> => {
  const home = mkdtempSync(join(tmpdir(), "pensieve-mlx-lm-"))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    places.python,
    ["-m", "mlx_lm", "server", "--model", model, "--host", "127.0.0.1", "--port", String(port)],
    {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: home,
        HF_HOME: home,
        HF_HUB_OFFLINE: "1",
        MLX_DISABLE_COMPILE: "1",
        ...env
      },
      stdio: ["ignore", "ignore", "pipe"]
    }
  )
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text))
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const stop = async () => {
    child.kill("SIGTERM")
    await ended
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await until("mlx_lm.server answers", 60_000, async () =>
      child.exitCode === null
        ? await fetch(`${url}/health`).then(
            (response) => response.ok || undefined,
            () => undefined
          )
        : new Error(`mlx_lm.server ended:\n${log}`)
    )
    return { url, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}
