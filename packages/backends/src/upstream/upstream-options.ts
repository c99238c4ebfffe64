import type { Redacted } from "effect"

/** What the user says of one model, where the server tells it wrongly or not at all. */
export interface ModelOverrides {
  /** Upper bound of the window in tokens. */
  readonly window?: number
  readonly images?: boolean
  readonly reasoning?: boolean
  readonly tools?: "native" | "prompted"
}

/** What every backend that asks a server is told. */
export interface UpstreamOptions {
  /** What it is called; after its API unless told otherwise. */
  readonly name?: string
  /** Address of the server; `/v1` is optional. */
  readonly url: string
  readonly key?: Redacted.Redacted
  /** The model that answers every request for which none was chosen; unless told, the one asked for, or the server's first. */
  readonly model?: string
  /** Upper bound of the window in tokens. */
  readonly window?: number
  /** What the user says of models, by the server's own names. */
  readonly models?: Readonly<Record<string, ModelOverrides>>
  /** What he says of those he does not name. */
  readonly otherModels?: ModelOverrides
  /** Nothing is sent to another machine, whatever the address resolves to. */
  readonly localOnly?: boolean
}

/** What the user says of one model. */
export const overridesOf = (
  { models = {}, otherModels }: Pick<UpstreamOptions, "models" | "otherModels">,
  model: string
): ModelOverrides | undefined => (Object.hasOwn(models, model) ? models[model] : otherModels)

/** The smallest of the bounds that are known. */
export const smallest = (...bounds: ReadonlyArray<number | undefined>): number | undefined => {
  const known = bounds.filter((bound) => bound !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** The window of a model in tokens, as far as server or user tell. */
export const windowOf = (
  options: Pick<UpstreamOptions, "window" | "models" | "otherModels">,
  model: string,
  told: number | undefined
): number | undefined => smallest(told, options.window, overridesOf(options, model)?.window)
