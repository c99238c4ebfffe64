// What do requests beside each other cost? Rows in a batch, a title and a running answer beside a long prompt.
import { tinyModel } from "@pensieve/test-harness"
import { pythonFigures, verdict } from "./python-figures.ts"

interface Figures {
  readonly rows: Record<string, number>
  readonly title: { readonly aloneSeconds: number; readonly besideSeconds: number; readonly ratio: number }
  readonly gap: { readonly worstSeconds: number; readonly boundSeconds: number; readonly ratio: number }
}

const [rounds = "3"] = process.argv.slice(2)
const { rows, title, gap } = await pythonFigures<Figures>("concurrency.py", await tinyModel("bench"), rounds)
for (const [count, ratio] of Object.entries(rows))
  console.log(`${count} rows at once: ${ratio} x as fast as one after the other`)
console.log(`a title beside a long prompt: ${title.besideSeconds} s, alone ${title.aloneSeconds} s (${title.ratio} x)`)
console.log(
  `an answer's longest pause beside a long prompt: ${gap.worstSeconds} s; two chunks of 256 and a step: ${gap.boundSeconds} s   ${verdict(gap.ratio <= 1)}`
)
