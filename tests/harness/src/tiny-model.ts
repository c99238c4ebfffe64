import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { places } from "./places.ts"

const run = promisify(execFile)

/** `long`: 14,000 tokens prefill in about a second. `bench`: at least 10 ms a token. `wide`: 150,000 ids. */
export type TinyShape = "long" | "bench" | "wide"

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
  try {
    const chosen = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    await run(places.python, [maker, ...chosen, "--out", fresh], {
      cwd: places.bridge,
      env: { ...process.env, PYTHONPATH: places.bridge, MLX_DISABLE_COMPILE: "1" },
      timeout: 120_000
    })
    // Another test may have been quicker.
    if (!existsSync(folder)) renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}
