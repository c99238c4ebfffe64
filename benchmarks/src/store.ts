// What does the prefix store cost? Bandwidth of putting in and taking out, splitting, and whether it counts what it holds.
import { pythonFigures, verdict } from "./python-figures.ts"

interface Figures {
  readonly megabytes: number
  readonly tokens: number
  readonly insertGBps: number
  readonly insertAgainMs: number
  readonly restoreGBps: number
  readonly restoreMs: number
  readonly forkMs: number
  readonly accountedOverHeld: number
  readonly evictMs: number
  readonly heldUnderPressureOverBudget: number
}

const found = await pythonFigures<Figures>("store.py", ...process.argv.slice(2, 3))
console.log(`${found.megabytes} MB of keys and values, ${found.tokens} tokens`)
console.log(`put in at ${found.insertGBps} GB/s; again, when all is known, ${found.insertAgainMs} ms`)
console.log(`taken out at ${found.restoreGBps} GB/s (${found.restoreMs} ms)`)
console.log(`a prompt that leaves it in the middle: ${found.forkMs} ms`)
console.log(`counted over held: ${found.accountedOverHeld}   ${verdict(Math.abs(found.accountedOverHeld - 1) <= 0.05)}`)
console.log(
  `with half the room: ${found.evictMs} ms more, held over budget ${found.heldUnderPressureOverBudget}   ${verdict(found.heldUnderPressureOverBudget <= 1)}`
)
