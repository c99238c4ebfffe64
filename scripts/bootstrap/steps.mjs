import { Failure, remedyFor } from "./failure.mjs"
import { capture } from "./processes.mjs"

/** @param {number} since milliseconds, as Date.now() gives them */
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`

/**
 * One installation step: a line when it starts, a sign of life every 10 s, a line with the time it took.
 * @param {string} title
 * @param {ReadonlyArray<string>} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, log: string, print: (line: string) => void }} options
 */
export async function step(title, command, { print, ...options }) {
  const since = Date.now()
  print(`- ${title}`)
  const alive = setInterval(() => print(`  still at it, ${seconds(since)}`), 10_000)
  const { code, output } = await capture(command, options).finally(() => clearInterval(alive))
  if (code !== 0) {
    for (const line of output.trimEnd().split("\n").slice(-15)) print(`  | ${line}`)
    throw new Failure(`${title} failed (exit code ${code}).`, remedyFor(output, options.log))
  }
  print(`  done in ${seconds(since)}`)
}
