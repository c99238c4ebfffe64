import { assert, describe, it } from "@effect/vitest"
import { families, type Family } from "../src/index.ts"
import { options, tags } from "./reading.ts"
import { samples, tools } from "./samples.ts"

const pieceLength = 4
const short = 8000
const times = 8
/** Less than this is noise. */
const leastMilliseconds = 2
/** Linear time gives about 1, quadratic time 8. */
const largestGrowth = 3
/** Of a busy machine the quickest of so many. */
const tries = 4

/** What is written in families whose calls are JSON between tags. */
const tagged = {
  fragments: [...tags, '{"name": "f", "arguments": {"a": "b"}}', '<tool_call>{\\"', "[["],
  cutOff: '<tool_call>\n{"name": "f", "arguments": {"a": "'
}

/** Everything that means something to a family, and its beginnings, behind a call that is open. */
const hostile = families.map((family) => {
  const { fragments, cutOff } = samples.find((sample) => sample.family === family) ?? tagged
  const units = [...fragments, ...fragments.map((fragment) => fragment.slice(0, -1)), '{"', "```", " \n"]
  return { name: family.name, family, cutOff, units: [...new Set(units)].filter((unit) => unit !== "") }
})

/** CPU milliseconds of this thread for an answer that comes in pieces as tokens do. */
const timeOf = (family: Family, text: string): number => {
  const parser = family.createParser(options({ tools }))
  const before = process.threadCpuUsage()
  for (let at = 0; at < text.length; at += pieceLength) parser.push({ text: text.slice(at, at + pieceLength) })
  parser.end("stop")
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

const growthOf = (family: Family, answer: (length: number) => string): number =>
  timeOf(family, answer(times * short)) / (times * Math.max(timeOf(family, answer(short)), leastMilliseconds))

const isLinear = (family: Family, answer: (length: number) => string): boolean =>
  Array.from({ length: tries }).some(() => growthOf(family, answer) <= largestGrowth)

describe("the time that an answer takes", () => {
  it.each(hostile)(
    "grows with its length alone, whatever is written: $name",
    ({ family, cutOff, units }) => {
      const slow = units.filter(
        (unit) => !isLinear(family, (length) => cutOff + unit.repeat(Math.ceil(length / unit.length)))
      )
      assert.deepStrictEqual(slow, [])
    },
    60_000
  )
})
