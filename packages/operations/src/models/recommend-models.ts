import { comfortableWindow } from "../client-setup/claude-code.ts"
import { type KnownModel, knownModels } from "./known-models.ts"

/** What models are measured against. */
export interface ModelMachine {
  readonly memoryBytes: number
  /** A GPU that MLX uses. */
  readonly gpu: boolean
}

/** How a model would do on a machine. */
export interface Recommendation {
  readonly model: KnownModel
  /** `slow`: it fits, but computes without a GPU. */
  readonly fit: "well" | "slow" | "tight" | "too-large"
  /** Tokens of conversation that fit beside it, at most its window; undefined where nobody knows what they take. */
  readonly tokens: number | undefined
}

/** Weights and conversations may take this part of the memory. */
const share = 0.75
/** The program itself, bytes. */
const own = 0.6e9
/** Above this much a model without a GPU takes many seconds for a sentence. */
const bearableOnCpu = 3e9
/** A conversation takes about this part of the weights, where its size is not known. */
const usualConversation = 0.3

/** The known models, the one to take first, those that do not fit last. */
export const recommendModels = (machine: ModelMachine): ReadonlyArray<Recommendation> =>
  knownModels.map((model) => recommend(model, machine)).toSorted((a, b) => rank(a) - rank(b))

const order = { well: 0, slow: 1, tight: 2, "too-large": 3 }

/** Within a fit the larger one is better; where nothing is quick, the smaller one. */
const rank = ({ fit, model }: Recommendation): number =>
  order[fit] * 1000 + (fit === "well" ? -model.bytes : model.bytes) / 1e9

const recommend = (model: KnownModel, { memoryBytes, gpu }: ModelMachine): Recommendation => {
  const room = memoryBytes * share - own - model.bytes
  const { bytesPerToken, window } = model
  const tokens =
    bytesPerToken === undefined ? undefined : Math.max(0, Math.min(window, Math.floor(room / bytesPerToken)))
  const enough =
    tokens === undefined ? room >= model.bytes * usualConversation : tokens >= Math.min(window, comfortableWindow)
  if (room <= 0) return { model, fit: "too-large", tokens: 0 }
  if (!enough) return { model, fit: "tight", tokens }
  return { model, fit: gpu || model.bytes <= bearableOnCpu ? "well" : "slow", tokens }
}
