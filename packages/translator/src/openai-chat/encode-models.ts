import type { OpenaiChatModel, OpenaiChatModelList } from "@pensieve/models"

/** What is told of a model. */
export interface ModelEntry {
  readonly id: string
  /** RFC 3339. */
  readonly createdAt: string
  /** `pensieve` by default. */
  readonly ownedBy?: string
}

/** Seconds since 1970; 0 for what is no time. */
const seconds = (time: string): number => {
  const milliseconds = Date.parse(time)
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000)
}

/**
 * Answer of `GET /v1/models/{id}`.
 *
 * @see wire contract, section 8
 */
export const encodeModel = (model: ModelEntry): OpenaiChatModel => ({
  id: model.id,
  object: "model",
  created: seconds(model.createdAt),
  owned_by: model.ownedBy ?? "pensieve"
})

/** Answer of `GET /v1/models`. */
export const encodeModels = (models: ReadonlyArray<ModelEntry>): OpenaiChatModelList => ({
  object: "list",
  data: models.map(encodeModel)
})
