import { places } from "@pensieve/test-harness"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"

const run = promisify(execFile)

/** A function that is long enough to be worth it, run a hundred and fifty times. */
const program = (early: string): string => `
  ${early}
  const seldom = (from) => { let sum = from; ${"sum = (sum * 31 + from) % 1009; ".repeat(100)} return sum }
  for (let round = 0; round < 150; round++) { seldom(round); await new Promise((go) => setImmediate(go)) }
`

/** Whether V8 found that the function deserves to be compiled. */
const compiled = async (early: string): Promise<boolean> => {
  const { stdout, stderr } = await run(process.execPath, ["--trace-opt", "--input-type=module", "-e", program(early)])
  expect(stderr).toBe("")
  return /marking .*seldom.* for optimization to MAGLEV/.test(stdout)
}

describe("compileEarly", () => {
  it("has a function compiled that runs some dozens of times, which V8 alone does not", async () => {
    const path = join(places.root, "apps/proxy/src/compile-early.ts")
    expect(await compiled("")).toBe(false)
    expect(await compiled(`const { compileEarly } = await import(${JSON.stringify(path)}); compileEarly()`)).toBe(true)
  })
})
