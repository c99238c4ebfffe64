import { formatBytes, formatMemory, type Recommendation, recommendModels } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { arch, cpus, platform, totalmem } from "node:os"
import { commandLine } from "../command-line.ts"

const words: Readonly<Record<Recommendation["fit"], string>> = {
  well: "fits well",
  slow: "fits, slow without a GPU",
  tight: "tight",
  "too-large": "too large"
}

/** Prints which models suit this machine. */
export const recommend = (json: boolean) =>
  Effect.gen(function* () {
    const machine = { memoryBytes: totalmem(), gpu: platform() === "darwin" && arch() === "arm64" }
    const all = recommendModels(machine)
    if (json) return yield* Console.log(JSON.stringify({ machine, models: all }, undefined, 2))
    const chip = `${cpus()[0]?.model ?? arch()}${machine.gpu ? "" : ", no GPU that MLX uses"}`
    yield* Console.log(`This machine: ${chip}, ${formatMemory(machine.memoryBytes)} of memory.\n`)
    yield* Console.log(
      all
        .filter(({ fit }) => fit !== "too-large")
        .map(lineOf)
        .join("\n")
    )
    const [first] = all
    if (first !== undefined && first.fit !== "too-large")
      yield* Console.log(`\nTo take the first:  ${commandLine(`models pull ${first.model.name}`)}`)
  })

const lineOf = ({ model, fit, tokens }: Recommendation): string =>
  [
    `${model.name}  ${formatBytes(model.bytes)}, ${words[fit]}`,
    `    ${model.about}`,
    ...(tokens === undefined
      ? []
      : [`    room for ${tokens.toLocaleString("en")} of its ${model.window.toLocaleString("en")} tokens`])
  ].join("\n")
