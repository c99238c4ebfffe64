/**
 * Scores the parsers on a tool-call corpus: `pnpm corpus FOLDER [options of its score.mjs]`.
 * Each family's cases run three times: tags as text, tags as tokens, and through the prompted family.
 */
import { spawnSync } from "node:child_process"
import { join, resolve } from "node:path"

const [folder, ...options] = process.argv.slice(2)
if (folder === undefined) {
  console.error("usage: pnpm corpus FOLDER [options of its score.mjs]")
  process.exit(2)
}

const families = options.includes("--family") ? [] : ["--family", "hermes,qwen3_thinking"]
const adapter = join(import.meta.dirname, "corpus-adapter.ts")
const statuses = ["text", "tokens", "prompted"].map((form) => {
  console.log(`\ntags as: ${form}`)
  const command = [join(resolve(folder), "score.mjs"), "--parser", adapter, "--verbose", ...families, ...options]
  return spawnSync(process.execPath, command, { stdio: "inherit", env: { ...process.env, PENSIEVE_CORPUS_FORM: form } })
    .status
})
process.exit(statuses.every((status) => status === 0) ? 0 : 1)
