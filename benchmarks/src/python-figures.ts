import { places } from "@pensieve/test-harness"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { withOpenBlas } from "./open-blas.ts"

/** What a measuring script prints, run in the engine's environment with one thread for the fast matrix library, where there is one. */
export const pythonFigures = async <Figures>(script: string, ...args: ReadonlyArray<string>): Promise<Figures> => {
  const { stdout } = await promisify(execFile)(places.python, [new URL(script, import.meta.url).pathname, ...args], {
    cwd: places.bridge,
    env: { ...process.env, PYTHONPATH: places.bridge, OPENBLAS_NUM_THREADS: "1", ...withOpenBlas() }
  })
  return JSON.parse(stdout)
}

/** Whether a figure is what was promised. */
export const verdict = (met: boolean): string => (met ? "met" : "MISSED")
