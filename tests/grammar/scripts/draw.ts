/**
 * Draws calls from models with random weights and tells which are not valid: `pnpm --filter grammar draw 10000 [family [folder]]`.
 * With a folder of recorded requests every other call is one of their tools.
 */
import { dresses } from "@pensieve/test-harness"
import { cappedTool, cappedTools, drawCalls } from "../src/draw-calls.ts"
import { randomModel } from "../src/random-model.ts"
import { recordedTools } from "../src/recorded-tools.ts"

const batch = 250

const [count = "1000", only = "all", folder] = process.argv.slice(2)
const chosen = dresses.filter(({ family }) => only === "all" || only === family)
const recorded = folder === undefined ? [] : recordedTools(folder).flat()
const each = Math.ceil(Number(count) / chosen.length)

/** One tool of the recorded requests, and then some of random schemas, by turns. */
const drawnTools = (count: number, from: number) =>
  cappedTools(count, from).map((tools, index) => {
    const own = index % 2 === 0 ? recorded[((from + index) / 2) % recorded.length] : undefined
    return own === undefined ? tools : [cappedTool(own)]
  })

let wrong = 0
for (const dress of chosen) {
  const before = performance.now()
  const model = await randomModel(dress)
  let drawn = 0
  let bad = 0
  while (drawn < each) {
    const tools = drawnTools(Math.min(batch, each - drawn), drawn)
    const faults = await drawCalls(model, tools)
    for (const fault of faults) console.log(`  ${fault}`)
    drawn += tools.length
    bad += faults.length
    console.error(`${dress.family}: ${drawn} so far, ${bad} faults`)
  }
  await model.close()
  wrong += bad
  console.log(`${dress.family}: ${drawn} calls, ${bad} faults, ${((performance.now() - before) / 1000).toFixed(0)} s`)
}
process.exitCode = wrong === 0 ? 0 : 1
