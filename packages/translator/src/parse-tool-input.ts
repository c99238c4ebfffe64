import { isJsonObject, type JsonObject } from "@pensieve/models"
import { parseJson } from "./parse-json.ts"

/** The input of a tool call from its JSON text, or undefined if that is no whole JSON object. No text at all is `{}`. */
export const parseToolInput = (json: string): JsonObject | undefined => {
  if (json === "") return {}
  const value = parseJson(json)
  return isJsonObject(value) ? value : undefined
}
