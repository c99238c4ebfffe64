import { Effect, FileSystem, Option, Path } from "effect"
import type { ModelFolder } from "./choose-model.ts"

/** Where models are looked for. */
export interface ModelPlaces {
  /** Folders whose children (or `org/name` grandchildren) are models. */
  readonly modelsFolders: ReadonlyArray<string>
  /** The hub's cache, `…/hub`. */
  readonly hubCache: string
  /** The built-in demo model. */
  readonly demo: string
}

/**
 * The cache folder of the model hub.
 *
 * @see the hub's own rules: `HF_HUB_CACHE`, else `HF_HOME/hub`, else `~/.cache/huggingface/hub`.
 */
export const hubCacheFolder = (env: Readonly<Record<string, string | undefined>>, home: string): string =>
  env["HF_HUB_CACHE"] ?? `${env["HF_HOME"] ?? `${env["XDG_CACHE_HOME"] ?? `${home}/.cache`}/huggingface`}/hub`

/** A folder as a model, or undefined when it is not one: it needs a `config.json` of a text generator, a tokenizer and weights. */
export const readModelFolder = Effect.fn("readModelFolder")(function* (
  folder: string,
  name: string,
  source: ModelFolder["source"]
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const files = yield* Effect.orElseSucceed(fs.readDirectory(folder), (): Array<string> => [])
  const weights = files.filter((file) => file.endsWith(".safetensors"))
  if (!files.includes("config.json") || weights.length === 0 || lacksAShard(weights)) return undefined
  if (!files.some((file) => file === "tokenizer.json" || file === "tokenizer.model" || file === "tiktoken.model"))
    return undefined
  const text = yield* Effect.orElseSucceed(fs.readFileString(path.join(folder, "config.json")), () => "")
  if (!isTextGenerator(text)) return undefined
  const sizes = yield* Effect.forEach(weights, (file) =>
    Effect.orElseSucceed(
      Effect.map(fs.stat(path.join(folder, file)), (info) => Number(info.size)),
      () => 0
    )
  )
  const changed = yield* Effect.orElseSucceed(
    Effect.map(fs.stat(path.join(folder, "config.json")), (info) =>
      Option.match(info.mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
    ),
    () => 0
  )
  return {
    name,
    path: folder,
    source,
    weightBytes: sizes.reduce((sum, size) => sum + size, 0),
    changedAt: changed
  } satisfies ModelFolder
})

/** Whether a download was broken off between `model-00001-of-00003.safetensors` and its like. */
const lacksAShard = (weights: ReadonlyArray<string>): boolean =>
  weights.some((file) => {
    const [, start = "", count = "0"] = /^(.*-)\d+-of-(\d+)\.safetensors$/.exec(file) ?? []
    const shards = weights.filter((other) => other.startsWith(start) && other.endsWith(`-of-${count}.safetensors`))
    return shards.length < Number(count)
  })

const isTextGenerator = (configText: string): boolean => {
  try {
    const config: unknown = JSON.parse(configText)
    if (typeof config !== "object" || config === null || !("model_type" in config)) return false
    const architectures = "architectures" in config && Array.isArray(config.architectures) ? config.architectures : []
    return (
      architectures.length === 0 ||
      architectures.some((name) => /ForCausalLM|ForConditionalGeneration|LMHead/.test(String(name)))
    )
  } catch {
    return false
  }
}

/** Every complete model on this machine. A folder that cannot be read is passed over. */
export const findModels = Effect.fn("findModels")(function* (places: ModelPlaces) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const children = (folder: string) =>
    Effect.orElseSucceed(
      Effect.map(fs.readDirectory(folder), (names) => names.filter((name) => !name.startsWith(".")).sort()),
      (): Array<string> => []
    )
  const found: Array<ModelFolder> = []
  const take = (folder: ModelFolder | undefined) => {
    if (folder !== undefined) found.push(folder)
    return folder !== undefined
  }
  for (const root of places.modelsFolders)
    for (const name of yield* children(root)) {
      const folder = path.join(root, name)
      if (take(yield* readModelFolder(folder, name, "models"))) continue
      for (const inner of yield* children(folder))
        take(yield* readModelFolder(path.join(folder, inner), `${name}/${inner}`, "models"))
    }
  for (const entry of yield* children(places.hubCache)) {
    const repository = /^models--(.+?)--(.+)$/.exec(entry)
    if (repository === null) continue
    const name = `${repository[1]}/${repository[2]}`
    const snapshots = path.join(places.hubCache, entry, "snapshots")
    const main = yield* Effect.orElseSucceed(
      fs.readFileString(path.join(places.hubCache, entry, "refs", "main")),
      () => ""
    )
    const revisions = yield* children(snapshots)
    for (const revision of revisions.includes(main.trim()) ? [main.trim()] : revisions.slice(-1))
      take(yield* readModelFolder(path.join(snapshots, revision), name, "hub-cache"))
  }
  take(yield* readModelFolder(places.demo, "pensieve-demo", "demo"))
  return found
})
