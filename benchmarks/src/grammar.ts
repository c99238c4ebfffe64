// What does a grammar cost? Free text with one armed, each token inside a call, and compiling a coding agent's tools.
// The measuring is in grammar.py, inside the engine's own process; here its figures are held against what was promised.
import { tinyModel } from "@pensieve/test-harness"
import { pythonFigures, verdict } from "./python-figures.ts"

const [rounds = "12", tokens = "240"] = process.argv.slice(2)

interface Inside {
  /** Of the slowest token, the forward pass included. */
  readonly worstMs: number
  readonly addedP50Ms: number
  readonly addedP99Ms: number
  readonly allP50Ms: number
  readonly allP99Ms: number
  readonly addedCpuMs: number
  readonly maskMeanMs: number
}

interface Figures {
  readonly vocabulary: number
  readonly tools: number
  readonly compile: Record<string, { bytes: number; bestMs: number; medianMs: number; cachedMs: number }>
  readonly freeText: Record<string, number>
  readonly insideCalls: Record<string, Inside>
  readonly withoutOverlap: Record<string, Inside>
}

const report = (found: Figures): void => {
  console.log(`vocabulary                    ${found.vocabulary}, ${rounds} rounds of ${tokens} tokens, interleaved`)
  for (const [shape, compile] of Object.entries(found.compile))
    console.log(
      `compile ${found.tools} tools, ${shape.padEnd(13)} ${compile.bestMs} ms best, ${compile.medianMs} median (${compile.bytes} bytes); ${compile.cachedMs} ms when kept`
    )
  for (const way of ["marker", "text", "forbidding"]) {
    const [wall = 0, cpu = 0] = [found.freeText[`${way}Ratio`], found.freeText[`${way}CpuRatio`]]
    const line = `free text, ${way}`.padEnd(29)
    console.log(`${line} ${wall} x bare undisturbed, ${cpu} by CPU   (target >= 0.98) ${verdict(wall >= 0.98)}`)
  }
  for (const [way, shapes] of Object.entries({ "": found.insideCalls, " no overlap": found.withoutOverlap }))
    for (const [shape, inside] of Object.entries(shapes)) {
      const met = verdict(inside.addedP50Ms <= 0.3 && inside.addedP99Ms <= 3)
      console.log(
        `in a call, ${shape}${way}`.padEnd(30) +
          `+${inside.addedP50Ms} ms p50, +${inside.addedP99Ms} p99   (target 0.3, 3) ${met}; disturbed ones too +${inside.allP50Ms}, +${inside.allP99Ms}; CPU +${inside.addedCpuMs}, matcher ${inside.maskMeanMs}; slowest token ${inside.worstMs} in all`
      )
    }
}

report(await pythonFigures<Figures>("grammar.py", await tinyModel("wide"), rounds, tokens))
