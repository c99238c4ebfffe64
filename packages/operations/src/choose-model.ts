/** A complete model folder on this machine. */
export interface ModelFolder {
  /** As a user would name it: `org/name` or the folder's name. */
  readonly name: string
  readonly path: string
  readonly source: "given" | "models" | "hub-cache" | "demo"
  /** Bytes of its weights. */
  readonly weightBytes: number
  /** Last change, milliseconds since 1970. */
  readonly changedAt: number
}

/** What was chosen and why. */
export type ModelChoice =
  | { readonly type: "found"; readonly folder: ModelFolder; readonly why: string }
  /** Named like a repository of the hub, and not on this machine. */
  | { readonly type: "absent"; readonly repository: string }
  | { readonly type: "invalid"; readonly message: string }

/** Weights may take this part of the machine's memory; the rest is for the conversation and everybody else. */
const memoryShare = 0.75

/** Whether weights of so many bytes leave enough of the memory. */
export const fitsMemory = (weightBytes: number, memoryBytes: number): boolean =>
  weightBytes <= memoryBytes * memoryShare

const repositoryName = /^[\w.-]+\/[\w.-]+$/

/** Whether a text can be a repository id of the model hub: `org/name`. */
export const isRepositoryName = (text: string): boolean => repositoryName.test(text) && !/^\.{1,2}\//.test(text)

const newestFirst = (a: ModelFolder, b: ModelFolder): number => b.changedAt - a.changedAt

/**
 * Chooses the model: the one asked for, else the newest folder under `models/`, else the newest one in the hub's cache
 * (MLX conversions first), else the demo. A model whose weights do not fit the memory is chosen only when asked for.
 *
 * @param requested what the user named, or undefined
 * @param given the folder at that path, when there is a usable one
 * @param folders everything found on this machine
 * @param memoryBytes memory of the machine
 */
export const chooseModel = (
  requested: string | undefined,
  given: ModelFolder | undefined,
  folders: ReadonlyArray<ModelFolder>,
  memoryBytes: number
): ModelChoice => {
  const demo = folders.find((folder) => folder.source === "demo")
  if (requested !== undefined) {
    if (given !== undefined) return { type: "found", folder: given, why: "asked for" }
    if (requested === "demo" && demo !== undefined) return { type: "found", folder: demo, why: "asked for" }
    const named = folders
      .filter((folder) => folder.name === requested || folder.name.endsWith(`/${requested}`))
      .sort(newestFirst)[0]
    if (named !== undefined) return { type: "found", folder: named, why: "asked for" }
    if (isRepositoryName(requested)) return { type: "absent", repository: requested }
    return {
      type: "invalid",
      message: `"${requested}" is neither a model folder (config.json, tokenizer and *.safetensors) nor a repository id such as mlx-community/Qwen3-4B-4bit.`
    }
  }
  const fits = folders.filter((folder) => fitsMemory(folder.weightBytes, memoryBytes))
  const own = fits.filter((folder) => folder.source === "models").sort(newestFirst)[0]
  if (own !== undefined) return { type: "found", folder: own, why: "the newest folder under models/" }
  const cached = fits
    .filter((folder) => folder.source === "hub-cache")
    .sort(
      (a, b) =>
        Number(b.name.startsWith("mlx-community/")) - Number(a.name.startsWith("mlx-community/")) || newestFirst(a, b)
    )[0]
  if (cached !== undefined) return { type: "found", folder: cached, why: "the newest model in the hub's cache" }
  if (demo !== undefined) return { type: "found", folder: demo, why: "no model is on this machine" }
  return {
    type: "invalid",
    message: "No model was found, and the built-in demo model is missing from this installation."
  }
}
