/**
 * Compiles the tools of recorded requests in the form of every family: `pnpm --filter grammar real-tools FOLDER`, a folder of
 * JSON lines (gzipped or not) whose `body` is a request.
 */
import { families, rewriteTool } from "@pensieve/families"
import { EngineQuestions } from "../src/ask-engine.ts"
import { grammarOf } from "../src/asked-grammar.ts"
import { familyTokens } from "../src/family-tokens.ts"
import { recordedTools } from "../src/recorded-tools.ts"

const [folder = "."] = process.argv.slice(2)

const lists = recordedTools(folder)
const engine = new EngineQuestions()
const asked = lists.flatMap((tools) =>
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
  lists
    .flat()
    .flatMap((tool) => rewriteTool(tool).rewrites.map(({ path, keyword }) => `${tool.name}: ${path} ${keyword}`))
)
for (const rewrite of rewrites) console.log(`checked later: ${rewrite}`)
const sizes = [...sets.values()].map((tools) => tools.length)
console.log(
  `${lists.length} lists of ${Math.min(...sizes)} to ${Math.max(...sizes)} tools in ${families.length} forms: ${refused} refused, the slowest took ${slowest.toFixed(2)} s`
)
process.exitCode = refused === 0 ? 0 : 1
