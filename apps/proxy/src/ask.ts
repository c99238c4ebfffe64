import { Effect } from "effect"
import { createInterface } from "node:readline"

/** Whether somebody can be asked: he types into stdin and reads stderr. */
export const somebodyIsThere = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** Asks on the terminal; the end of the input is an empty answer. */
export const ask = (question: string): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    // Not `terminal: true`: readline would take Ctrl-C for itself, and it is to end the program.
    const lines = createInterface({ input: process.stdin, terminal: false })
    process.stderr.write(question)
    let answer: string | undefined
    lines.once("line", (line) => {
      answer = line
      lines.close()
    })
    lines.once("close", () => {
      if (answer === undefined) process.stderr.write("\n")
      resume(Effect.succeed(answer ?? ""))
    })
    return Effect.sync(() => lines.close())
  })
