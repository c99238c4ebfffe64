// What does guessing ahead win? Forward passes and seconds of a row that is alone, against the same row without guesses.
import { tinyModel } from "@pensieve/test-harness"
import { pythonFigures, verdict } from "./python-figures.ts"

interface Workload {
  readonly tokens: number
  readonly passes: number
  readonly guessed: number
  readonly right: number
  readonly tokensPerPass: number
  readonly speedup: number
}

const [rounds = "5"] = process.argv.slice(2)
const found = await pythonFigures<Record<"edit" | "prose", Workload>>(
  "speculation.py",
  await tinyModel("bench"),
  rounds
)
for (const [name, work] of Object.entries(found)) {
  const line = `${work.tokensPerPass} tokens a pass (${work.tokens} in ${work.passes}; ${work.right} of ${work.guessed} guesses right)`
  console.log(`${name.padEnd(6)} ${line}, ${work.speedup} x the speed without`)
}
console.log(`edit: at least 1.5 tokens a pass   ${verdict(found.edit.tokensPerPass >= 1.5)}`)
console.log(`prose: no slower (>= 0.95)         ${verdict(found.prose.speedup >= 0.95)}`)
