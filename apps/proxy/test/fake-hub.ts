import { places, until } from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A model hub on this machine, and an empty cache for what comes from it. */
export interface FakeHub {
  readonly url: string
  /** The hub's home for the proxy: its cache is `hub/` in it. */
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  readonly stop: () => Promise<void>
}

/**
 * Starts the bridge's fake hub.
 *
 * @param repositories name → folder
 * @param holdAfter of the first weights that are asked for it sends so many bytes, then nothing
 */
export const startFakeHub = async (
  repositories: Readonly<Record<string, string>>,
  holdAfter?: number
): Promise<FakeHub> => {
  const home = mkdtempSync(join(tmpdir(), "pensieve-hub-"))
  const child = spawn(
    places.python,
    [
      join(places.bridge, "tests/fake_hub.py"),
      ...Object.entries(repositories).map(([name, folder]) => `${name}=${folder}`),
      ...(holdAfter === undefined ? [] : ["--hold-after", String(holdAfter)])
    ],
    { stdio: ["pipe", "pipe", "inherit"] }
  )
  const ended = once(child, "exit")
  let out = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
  const stop = async () => {
    // It ends when its stdin does.
    child.stdin.end()
    await ended
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const url = await until("the fake hub listens", 20_000, () => /^(http\S+)\n/.exec(out)?.[1])
    return { url, home, env: { HF_ENDPOINT: url, HF_HOME: home }, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}
