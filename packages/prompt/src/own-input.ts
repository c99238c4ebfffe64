import { isJsonObject, type JsonObject, type ToolCallPart } from "@pensieve/models"
import { canonicalObject } from "./canonical-json.ts"

/**
 * The input of a past call with its keys in the order in which the model wrote them, where that is known and says the same;
 * else in the canonical order. What is rendered then begins with the tokens that were sampled.
 */
export const ownInput = ({ input, rawText }: ToolCallPart): JsonObject => {
  const canonical = canonicalObject(input)
  const written = rawText === undefined ? undefined : readObject(rawText)
  const same = written !== undefined && JSON.stringify(canonicalObject(written)) === JSON.stringify(canonical)
  return same ? written : canonical
}

const readObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
