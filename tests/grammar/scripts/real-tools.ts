/**
 * Compiles the tools of recorded requests in the form of every family: `pnpm --filter grammar real-tools FOLDER`, a folder of
 * JSON lines (gzipped or not) whose `body` is a request.
 */
import { families, rewriteTool } from "@pensieve/families"
import { isJsonObject, type JsonObject } from "@pensieve/models"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { EngineQuestions } from "../src/ask-engine.ts"
import { type DeclaredTool, grammarOf } from "../src/asked-grammar.ts"
import { familyTokens } from "../src/family-tokens.ts"

const [folder = "."] = process.argv.slice(2)

const linesOf = (file: string): ReadonlyArray<string> => {
  const bytes = readFileSync(join(folder, file))
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n").filter(Boolean)
}

/** Tools of all three APIs. */
const toolsOf = (body: JsonObject): ReadonlyArray<DeclaredTool> => {
  const { tools } = body
  return (Array.isArray(tools) ? tools : []).filter(isJsonObject).flatMap((tool) => {
    const { name, input_schema: schema, parameters } = isJsonObject(tool["function"]) ? tool["function"] : tool
    const inputSchema = schema ?? parameters
    return typeof name === "string" && isJsonObject(inputSchema) ? [{ name, inputSchema }] : []
  })
}

const sets = new Map<string, ReadonlyArray<DeclaredTool>>()
for (const file of readdirSync(folder).filter((name) => /\.jsonl(\.gz)?$/.test(name)))
  for (const line of linesOf(file)) {
    const { body } = JSON.parse(line)
    const tools = isJsonObject(body) ? toolsOf(body) : []
    if (tools.length > 0) sets.set(JSON.stringify(tools), tools)
  }

const engine = new EngineQuestions()
const asked = [...sets.values()].flatMap((tools) =>
  families.map((family) => {
    const tokens = familyTokens[family.name] ?? []
    const grammar = grammarOf(family, tools, { addedTokens: tokens })
    const ask = engine.add({ tokens, lark: grammar?.lark ?? "", markers: grammar?.markers ?? {}, texts: [] })
    return { family: family.name, count: tools.length, bytes: grammar?.lark.length ?? 0, ask }
  })
)
let refused = 0
let slowest = 0
for (const { family, count, ask } of asked) {
  const answer = await ask()
  slowest = Math.max(slowest, answer?.seconds ?? 0)
  if (answer?.error === null) continue
  refused += 1
  console.log(`${family}, ${count} tools: ${answer?.error}`)
}
const rewrites = new Set(
  [...sets.values()]
    .flat()
    .flatMap((tool) => rewriteTool(tool).rewrites.map(({ path, keyword }) => `${tool.name}: ${path} ${keyword}`))
)
for (const rewrite of rewrites) console.log(`checked later: ${rewrite}`)
const sizes = [...sets.values()].map((tools) => tools.length)
console.log(
  `${sets.size} lists of ${Math.min(...sizes)} to ${Math.max(...sizes)} tools in ${families.length} forms: ${refused} refused, the slowest took ${slowest.toFixed(2)} s`
)
process.exitCode = refused === 0 ? 0 : 1
