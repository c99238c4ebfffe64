import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import type { TraitPatch } from "./traits.ts"

/** One model of an upstream, as far as the upstream tells about it. */
export interface UpstreamModel {
  readonly id: string
  /** Tokens of prompt and answer together. */
  readonly window?: number
  readonly images?: boolean
  readonly reasoning?: boolean
  /** Source of its chat template. */
  readonly template?: string
  /** Its template opens thinking, and the server leaves the end of it in the words. */
  readonly opensThinking?: boolean
  /** It is in memory: asking for it makes nobody wait for a load. */
  readonly loaded?: boolean
  /** It makes vectors, not text. */
  readonly embeds?: boolean
  /** Where the server takes other things for this model than for most. */
  readonly traits?: TraitPatch
}

/** `GET /v1/models` as it came. */
export interface ModelList {
  readonly entries: ReadonlyArray<JsonObject & { readonly id: string }>
  /** Scheme, host and port of the server. */
  readonly server: string
  /** The header `server`. */
  readonly serverHeader: string
}

const hasId = (value: Json): value is JsonObject & { readonly id: string } =>
  isJsonObject(value) && typeof value.id === "string" && value.id !== ""

/** The entries of a model list, of any server; undefined for a body that is none. */
export const modelEntries = (body: unknown): ModelList["entries"] | undefined => {
  const list = isJsonObject(body) ? (body.data ?? body.models) : body
  return Array.isArray(list) ? list.filter(hasId) : undefined
}

/** A positive whole number, or undefined. */
export const countIn = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 1 ? Math.floor(value) : undefined

/** Names under which servers tell a model's window, the one in force before the one it was trained with. */
const windowFields = [
  "loaded_context_length",
  "max_model_len",
  "n_ctx",
  "context_length",
  "context_window",
  "max_context_length",
  "max_input_tokens"
]

const windowIn = (entry: JsonObject): number | undefined => {
  const found = windowFields.map((field) => countIn(entry[field])).find((window) => window !== undefined)
  return (
    found ?? (isJsonObject(entry.meta) ? (countIn(entry.meta.n_ctx) ?? countIn(entry.meta.n_ctx_train)) : undefined)
  )
}

const embeds = (entry: JsonObject): boolean =>
  String(entry.type ?? "").startsWith("embedding") || /\bembed(ding)?s?\b/i.test(String(entry.id))

/** What an entry of the list tells by itself. */
export const listedModel = (entry: JsonObject & { readonly id: string }): UpstreamModel => {
  const window = windowIn(entry)
  return {
    id: entry.id,
    ...(window === undefined ? {} : { window }),
    ...(embeds(entry) ? { embeds: true } : {})
  }
}

/** The model for whoever asks for none of them by name: one in memory, else the first that generates text. */
export const firstModel = (models: ReadonlyArray<UpstreamModel>): UpstreamModel | undefined =>
  models.find((model) => model.loaded === true && model.embeds !== true) ??
  models.find((model) => model.embeds !== true) ??
  models[0]
