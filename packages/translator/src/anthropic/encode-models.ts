import type { AnthropicModelInfo, AnthropicModelPage } from "@pensieve/models"

/** What is told of a model. */
export interface ModelEntry {
  readonly id: string
  readonly displayName: string
  readonly description?: string
  /** RFC 3339. */
  readonly createdAt: string
  /** Tokens of prompt and answer together. */
  readonly window?: number
  /** Tokens an answer may have. */
  readonly maxOutputTokens?: number
}

/**
 * Answer of `GET /v1/models/{id}`.
 *
 * @see wire contract, section 1
 */
export const encodeModel = (model: ModelEntry): AnthropicModelInfo => ({
  id: model.id,
  type: "model",
  display_name: model.displayName,
  ...(model.description === undefined ? {} : { description: model.description }),
  created_at: model.createdAt,
  max_input_tokens: model.window ?? null,
  max_tokens: model.maxOutputTokens ?? null,
  capabilities: null,
  lifecycle: "active",
  line: null,
  deprecated_at: null,
  retires_at: null
})

/**
 * Answer of `GET /v1/models`: a page of models.
 *
 * @param hasMore whether there are more in the direction asked for
 */
export const encodeModels = (models: ReadonlyArray<ModelEntry>, hasMore = false): AnthropicModelPage => ({
  data: models.map(encodeModel),
  has_more: hasMore,
  first_id: models.at(0)?.id ?? null,
  last_id: models.at(-1)?.id ?? null
})
