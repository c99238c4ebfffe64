import { Effect } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { pastProxies } from "./past-proxies.ts"

/** Whether a client is called for what it says without a model. */
export const asksForHelp = ([first = ""]: ReadonlyArray<string>): boolean =>
  ["--help", "-h", "--version", "-v", "-V"].includes(first)

/**
 * Turns this process into another program: its terminal, its signals and its exit code are then that program's own, and nothing of ours is left
 * that could die before it.
 *
 * @param env what changes in the environment; undefined takes a variable away
 */
export const become = (
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>>
): Effect.Effect<never, CommandFailure> =>
  Effect.try({
    try: (): never => {
      const { execve } = process
      if (execve === undefined) throw new Error("this system cannot replace a process")
      const kept = Object.entries({ ...process.env, ...pastProxies(process.env), ...env }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const]
      )
      return execve(program, [program, ...args], Object.fromEntries(kept))
    },
    catch: (cause) =>
      new CommandFailure({
        message: `${program} cannot be run: ${cause instanceof Error ? cause.message : String(cause)}`,
        exitCode: 1
      })
  })
