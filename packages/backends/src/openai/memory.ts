import { makeTokenEstimate, type TokenEstimate } from "../upstream/token-estimate.ts"
import type { KnownServer } from "./probe.ts"
import { type TraitPatch, type Traits, withTraits } from "./traits.ts"
import type { UpstreamModel } from "./upstream-model.ts"

/** What was learned of one model of the server while it answered. */
interface ModelMemory {
  readonly patches: ReadonlyArray<TraitPatch>
  /** Window that an overflow told of, in tokens. */
  readonly window: number | undefined
}

/** What a backend remembers of its server. It holds no request and no failure: nothing in it can shut a client out. */
export interface Memory {
  readonly traits: (server: KnownServer, model: UpstreamModel) => Traits
  readonly learn: (model: string, patch: TraitPatch) => void
  readonly learnWindow: (model: string, window: number) => void
  /** The window in force, in tokens; undefined where neither server nor user told. */
  readonly window: (model: UpstreamModel) => number | undefined
  readonly estimate: (model: string) => TokenEstimate
  /** A model was loaded by a request: what could not be told of it before can be told now. */
  readonly loaded: () => void
  /** Whether there is something new to look at; says so once. */
  readonly takeNews: () => boolean
  /** The server told of tokens that it had in its cache. */
  readonly sawCache: () => void
  readonly reportsCache: () => boolean
}

/** @param bound upper bound of the window in tokens, if the user set one */
export const makeMemory = (bound: number | undefined): Memory => {
  const models = new Map<string, ModelMemory>()
  const estimates = new Map<string, TokenEstimate>()
  let cacheSeen = false
  let news = false
  const of = (model: string): ModelMemory => models.get(model) ?? { patches: [], window: undefined }
  return {
    traits: (server, model) => {
      const patches = [...(model.traits === undefined ? [] : [model.traits]), ...of(model.id).patches]
      return patches.reduce<Traits>(withTraits, server.traits)
    },
    learn: (model, patch) => models.set(model, { ...of(model), patches: [...of(model).patches, patch] }),
    learnWindow: (model, window) => models.set(model, { ...of(model), window }),
    window: (model) => {
      const told = of(model.id).window ?? model.window
      return told === undefined || bound === undefined ? (told ?? bound) : Math.min(told, bound)
    },
    estimate: (model) => {
      const known = estimates.get(model) ?? makeTokenEstimate()
      estimates.set(model, known)
      return known
    },
    loaded: () => {
      news = true
    },
    takeNews: () => {
      const was = news
      news = false
      return was
    },
    sawCache: () => {
      cacheSeen = true
    },
    reportsCache: () => cacheSeen
  }
}
