import type { Finding } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { styleText } from "node:util"
import { lookAtMachine } from "./look-at-machine.ts"
import { lookAtProxy } from "./look-at-proxy.ts"

const marks = {
  good: ["green", "✓"],
  doubtful: ["yellow", "!"],
  bad: ["red", "✗"],
  "left-out": ["gray", "-"]
} as const

/** Looks at everything, says what was found and what to do. Something bad is exit code 1. */
export const runDoctor = (json: boolean, askQuestions: boolean) =>
  Effect.gen(function* () {
    const told: Array<Finding> = []
    const tell = (findings: ReadonlyArray<Finding>) =>
      Effect.gen(function* () {
        told.push(...findings)
        if (!json) for (const finding of findings) yield* Console.log(lineOf(finding))
      })
    yield* tell(yield* lookAtMachine)
    yield* tell(yield* lookAtProxy(askQuestions))
    if (json) yield* Console.log(JSON.stringify(told, undefined, 2))
    else yield* Console.log(`\n${summaryOf(told)}`)
    if (told.some(({ state }) => state === "bad")) yield* Effect.sync(() => void (process.exitCode = 1))
  })

const lineOf = ({ about, state, found, remedy }: Finding): string => {
  const [colour, mark] = marks[state]
  return [`${styleText(colour, mark)} ${about}: ${found}`, ...(remedy === undefined ? [] : [`    → ${remedy}`])].join(
    "\n"
  )
}

const summaryOf = (told: ReadonlyArray<Finding>): string => {
  const count = (state: Finding["state"]) => told.filter((one) => one.state === state).length
  const parts = [
    ...(count("bad") === 0 ? [] : [`${count("bad")} bad`]),
    ...(count("doubtful") === 0 ? [] : [`${count("doubtful")} doubtful`]),
    `${count("good")} good`
  ]
  return parts.join(", ")
}
