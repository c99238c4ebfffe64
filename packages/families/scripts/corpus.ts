/**
 * Scores the parsers on a tool-call corpus: `pnpm corpus FOLDER [options of its score.mjs]`.
 * Each family's cases run twice, markers as text and as tokens; those of the Hermes form also through the prompted family.
 */
import { spawnSync } from "node:child_process"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const [folder, ...options] = process.argv.slice(2)
if (folder === undefined) {
  console.error("usage: pnpm corpus FOLDER [options of its score.mjs]")
  process.exit(2)
}

const adapter = fileURLToPath(import.meta.resolve("../corpora/adapter.mjs"))
const score = (form: string, more: ReadonlyArray<string>): number | null => {
  console.log(`\nmarkers as: ${form}`)
  const command = [join(resolve(folder), "score.mjs"), "--parser", adapter, "--verbose", ...more, ...options]
  return spawnSync(process.execPath, command, { stdio: "inherit", env: { ...process.env, PENSIEVE_CORPUS_FORM: form } })
    .status
}

const statuses = [score("text", []), score("tokens", []), score("prompted", ["--family", "hermes,qwen3_thinking"])]
process.exit(statuses.every((status) => status === 0) ? 0 : 1)
