// How fast does each family read an answer, and does its time grow with the answer's length alone?
// Megabytes a second of CPU time, in pieces as tokens come; growth is the time for eight times the length over eight times
// the time, for the most hostile of several inputs: 1 is linear, 8 is quadratic.
import { families, type Family, type ParserOptions } from "@pensieve/families"

const rounds = Number(process.argv[2] ?? 3)
/** Letters of a token, more or less. */
const pieceLength = 4
const answerLength = 400_000
const hostileLength = 40_000
const times = 8
/** A shorter time is mostly warming up. */
const leastMilliseconds = 5
/** Clocks and the garbage collector make this much of a linear reader's growth. */
const largestGrowth = 3

const input = {
  path: "src/index.ts",
  content: 'const answer = (question: string) => {\n  return `${question}: "42"`\n}\n'.repeat(40),
  limit: 2000
}
const parameters = { path: { type: "string" }, content: { type: "string" }, limit: { type: "integer" } }
const options: ParserOptions = {
  opensReasoning: false,
  toolNames: ["write"],
  tools: [{ name: "write", inputSchema: { type: "object", properties: parameters } }],
  addedTokens: []
}
const prose =
  "The file is read first; then {each} of its lines is looked at, <b>one</b> by one, and [changed](where) needed.\n"

const fill = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length)

/** CPU milliseconds for one answer. */
const read = (family: Family, text: string): number => {
  const parser = family.createParser(options)
  const before = process.cpuUsage()
  for (let at = 0; at < text.length; at += pieceLength) parser.push({ text: text.slice(at, at + pieceLength) })
  parser.end("stop")
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const fastest = (family: Family, text: string): number =>
  Math.min(...Array.from({ length: rounds }, () => read(family, text)))

const speed = (family: Family, unit: string): number => {
  const text = fill(unit, answerLength)
  return text.length / 1e6 / (fastest(family, text) / 1000)
}

/** Beginnings of calls, and everything in them that looks like a marker. */
const hostileUnits = (call: string): ReadonlyArray<string> => {
  const head = call.slice(0, call.indexOf("const answer"))
  const marks = call.match(/<[^<>\s]+>|\[[A-Z_/]+\]|>>>/g) ?? []
  return [
    ...new Set([head, head.slice(0, -1), ...marks, ...marks.map((mark) => mark.slice(0, -1)), '{"', "```", "[", " \n"])
  ]
}

const growthOf = (family: Family, unit: string): number => {
  const short = fastest(family, fill(unit, hostileLength))
  return fastest(family, fill(unit, times * hostileLength)) / (times * Math.max(short, leastMilliseconds))
}

interface Row {
  readonly name: string
  readonly prose: number
  readonly calls: number
  readonly growth: number
  readonly unit: string
}

const measure = (family: Family): Row => {
  const call = family.renderCall({ name: "write", input })
  const growths = hostileUnits(call).map((unit) => ({ unit, growth: growthOf(family, unit) }))
  const worst = growths.reduce((a, b) => (b.growth > a.growth ? b : a))
  return { name: family.name, prose: speed(family, prose), calls: speed(family, `${call}\n`), ...worst }
}

const rows = families.map(measure)
console.log(
  `${"family".padEnd(18)}${"text MB/s".padStart(12)}${"calls MB/s".padStart(12)}${"growth".padStart(9)}  worst input`
)
for (const { name, prose: text, calls, growth, unit } of rows)
  console.log(
    `${name.padEnd(18)}${text.toFixed(1).padStart(12)}${calls.toFixed(1).padStart(12)}${growth.toFixed(2).padStart(9)}  ${JSON.stringify(unit.slice(0, 40))}`
  )
process.exit(rows.every(({ growth }) => growth <= largestGrowth) ? 0 : 1)
