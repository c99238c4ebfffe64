/**
 * Scores the mending of JSON on a corpus of broken texts: `pnpm corpus:repair FOLDER`. Fails where whole JSON was changed
 * or logged, or a text that breaks off was mended; all else is told.
 */
import { isJsonObject, type Json } from "@pensieve/models"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { repairJson } from "../src/json-repair.ts"

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error("usage: pnpm corpus:repair FOLDER")
  process.exit(2)
}

interface Case {
  readonly kind: string
  readonly raw: string
  readonly expected: Json | undefined
}

/** A line of the corpus: `class`, `raw`, and the value that is expected, where one is. */
const readCase = (line: string): Case => {
  const record: Json = JSON.parse(line)
  const { class: kind, raw, expect } = isJsonObject(record) ? record : {}
  const expected = isJsonObject(expect) && expect["ok"] === true ? expect["value"] : undefined
  return { kind: String(kind), raw: String(raw), expected }
}

/** Classes whose every case must come out so. */
const demanded: ReadonlyMap<string, "same" | "refused"> = new Map([
  ["valid", "same"],
  ["truncated", "refused"],
  ["reject", "refused"]
])

/** As JSON, which has no negative zero. */
const plain = (value: Json): Json => JSON.parse(JSON.stringify(value))

const outcomeOf = ({ raw, expected }: Case): "same" | "other" | "refused" => {
  const read = repairJson(raw, { closed: false })
  if (Result.isFailure(read)) return "refused"
  return isDeepStrictEqual(plain(read.success.value), expected) ? "same" : "other"
}

const logsNothing = ({ raw }: Case): boolean =>
  Result.getOrNull(repairJson(raw, { closed: false }))?.repairs.length === 0

const cases = readFileSync(join(resolve(folder), "repair.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map(readCase)
let failed = false
for (const kind of new Set(cases.map((one) => one.kind))) {
  const own = cases.filter((one) => one.kind === kind)
  const count = (outcome: string) => own.filter((one) => outcomeOf(one) === outcome).length
  const demand = demanded.get(kind)
  const good = demand === undefined || count(demand) === own.length
  const silent = kind !== "valid" || own.every(logsNothing)
  failed ||= !good || !silent
  console.log(
    `${kind.padEnd(10)} ${own.length} cases: ${count("same")} as expected, ${count("other")} otherwise, ${count("refused")} refused${good && silent ? "" : "  FAILED"}`
  )
}
process.exit(failed ? 1 : 0)
