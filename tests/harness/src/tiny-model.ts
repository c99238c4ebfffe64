import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { places } from "./places.ts"

const run = promisify(execFile)

/** `long`: 14,000 tokens prefill in about a second. `bench`: at least 10 ms a token. */
export type TinyShape = "long" | "bench"

/** The folder of a tiny model of a certain shape. */
export const tinyModel = (shape: TinyShape): Promise<string> => tinyModelOf({ shape })

/**
 * The folder of a tiny model with random weights, made on first use and kept in the temporary folder until its maker changes.
 * Making one takes a few seconds.
 *
 * @param options those of its maker: `{ family: "qwen3_5", vocab: "8192" }`
 */
export const tinyModelOf = async (options: Readonly<Record<string, string>>): Promise<string> => {
  const maker = join(places.bridge, "tests/tiny_models.py")
  const key = createHash("sha256").update(readFileSync(maker)).digest("hex").slice(0, 12)
  const folder = join(tmpdir(), `pensieve-tiny-${Object.values(options).join("-")}-${key}`)
  if (existsSync(join(folder, "config.json"))) return folder
  const fresh = mkdtempSync(join(tmpdir(), "pensieve-tiny-"))
  await run(
    places.python,
    [maker, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]), "--out", fresh],
    {
      cwd: places.bridge,
      env: { ...process.env, PYTHONPATH: places.bridge, MLX_DISABLE_COMPILE: "1" },
      timeout: 120_000
    }
  )
  try {
    renameSync(fresh, folder)
  } catch {
    // Another test was quicker.
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}
