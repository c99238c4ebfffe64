import { type Conversation, isJsonObject, type JsonObject } from "@pensieve/models"
import { replaceModel } from "./replace-model.ts"

/** A request as it came, for an upstream of its own dialect. */
export interface PassedRequest {
  readonly body: JsonObject
  /** Byte for byte but for the model's name; absent where the text is not known. */
  readonly text?: string
}

/**
 * The request a conversation was made of with another model, if it came in this dialect. Nothing else of it is touched, also
 * what no decoder understands.
 */
export const passRequest = (
  { source }: Pick<Conversation, "source">,
  dialect: string,
  model: string
): PassedRequest | undefined => {
  if (source.dialect !== dialect || !isJsonObject(source.body)) return undefined
  const body = source.body.model === model ? source.body : { ...source.body, model }
  const text = source.text === undefined || body === source.body ? source.text : replaceModel(source.text, model)
  return text === undefined ? { body } : { body, text }
}
