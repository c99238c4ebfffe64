import { chosenModel, findProxies, fitsMemory, formatBytes, type ModelFolder } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { totalmem } from "node:os"
import { commandLine } from "../command-line.ts"
import { modelsHere } from "../model-for.ts"

/** Where a model is, for a person. */
const places: Readonly<Record<ModelFolder["source"], string>> = {
  given: "a folder",
  models: "models folder",
  "hub-cache": "hub's cache",
  demo: "built in"
}

/** Prints the models on this machine. */
export const listModels = (json: boolean) =>
  Effect.gen(function* () {
    const found = yield* (yield* modelsHere).all
    const chosen = yield* chosenModel
    const serving = new Set(
      (yield* findProxies).flatMap(({ health }) => (health?.backends ?? []).map(({ model }) => model))
    )
    const rows = found.map(({ name, path, source, weightBytes }) => ({
      name,
      path,
      source,
      weightBytes,
      fits: fitsMemory(weightBytes, totalmem()),
      serves: serving.has(name),
      chosen: name === chosen
    }))
    if (json) return yield* Console.log(JSON.stringify(rows, undefined, 2))
    const width = Math.max(...rows.map(({ name }) => name.length), 4)
    yield* Console.log(
      [
        ...rows.map(({ name, source, weightBytes, ...row }) =>
          `${row.chosen ? "*" : " "} ${name.padEnd(width)}  ${formatBytes(weightBytes).padStart(7)}  ${places[source].padEnd(13)}${row.serves ? "  serves" : ""}${row.fits ? "" : "  too large for this machine"}`.trimEnd()
        ),
        "",
        `A better one:  ${commandLine("models recommend")}`
      ].join("\n")
    )
  })
