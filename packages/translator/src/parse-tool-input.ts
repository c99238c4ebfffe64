import { isJsonObject, type JsonObject } from "@pensieve/models"

/** The input of a tool call from its JSON text, or undefined if that is no whole JSON object. No text at all is `{}`. */
export const parseToolInput = (json: string): JsonObject | undefined => {
  if (json === "") return {}
  try {
    const value: unknown = JSON.parse(json)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
