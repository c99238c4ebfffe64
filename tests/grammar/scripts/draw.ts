/** Draws calls from models with random weights and tells which are not valid: `pnpm --filter grammar draw 10000 [family]`. */
import { dresses } from "@pensieve/test-harness"
import { cappedTools, drawCalls } from "../src/draw-calls.ts"
import { randomModel } from "../src/random-model.ts"

const batch = 250

const [count = "1000", only] = process.argv.slice(2)
const chosen = dresses.filter(({ family }) => only === undefined || only === family)
const each = Math.ceil(Number(count) / chosen.length)
let wrong = 0
for (const dress of chosen) {
  const before = performance.now()
  const model = await randomModel(dress)
  let drawn = 0
  let bad = 0
  while (drawn < each) {
    const tools = cappedTools(Math.min(batch, each - drawn), drawn)
    const faults = await drawCalls(model, tools)
    for (const fault of faults) console.log(`  ${fault}`)
    drawn += tools.length
    bad += faults.length
  }
  await model.close()
  wrong += bad
  console.log(`${dress.family}: ${drawn} calls, ${bad} faults, ${((performance.now() - before) / 1000).toFixed(0)} s`)
}
process.exitCode = wrong === 0 ? 0 : 1
