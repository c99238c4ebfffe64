import { type FinishReason, isJsonObject, type Json, type JsonObject, type Usage } from "@pensieve/models"
import type { WrittenCall } from "../finish-calls.ts"
import { countIn, filledIn, objectIn, objectsIn, textIn } from "../read-json.ts"
import { flatName } from "./tool-names.ts"

/** The words of a whole message item; a refusal is words too. */
export const messageText = (item: JsonObject): string =>
  objectsIn(item.content)
    .map((part) => textIn(part.type === "refusal" ? part.refusal : part.text))
    .join("")

/** Between the parts of a summary. */
export const summaryGap = "\n\n"

/** The thought of a whole reasoning item: itself where the item has it, else its summary. */
export const reasoningText = (item: JsonObject): string => {
  const whole = objectsIn(item.content).map((part) => textIn(part.text))
  return (whole.length > 0 ? whole : objectsIn(item.summary).map((part) => textIn(part.text))).join(summaryGap)
}

/** A whole call, or undefined if the item is none. A custom tool's free text is its one input. */
export const callIn = (item: JsonObject): WrittenCall | undefined => {
  const id = filledIn(item.call_id) ?? filledIn(item.id)
  const own = filledIn(item.name)
  const name = own === undefined ? undefined : flatName(own, filledIn(item.namespace))
  if (item.type === "function_call") return { id, name, json: textIn(item.arguments) }
  return item.type === "custom_tool_call"
    ? { id, name, json: JSON.stringify({ input: textIn(item.input) }) }
    : undefined
}

/** The counts of a response; `input_tokens` is the whole prompt, what the cache had and got included. */
export const readUsage = (value: Json | undefined): Usage | undefined => {
  if (!isJsonObject(value) || typeof value.input_tokens !== "number") return undefined
  const details = objectIn(value.input_tokens_details)
  const prompt = countIn(value.input_tokens)
  const cacheReadTokens = Math.min(prompt, countIn(details.cached_tokens))
  const cacheCreationTokens = Math.min(prompt - cacheReadTokens, countIn(details.cache_write_tokens))
  return {
    inputTokens: prompt - cacheReadTokens - cacheCreationTokens,
    cacheReadTokens,
    cacheCreationTokens,
    outputTokens: countIn(value.output_tokens),
    reasoningTokens: countIn(objectIn(value.output_tokens_details).reasoning_tokens)
  }
}

/** How a response ended, or undefined for an end that is none. */
export const readEnd = (response: JsonObject): FinishReason | undefined => {
  if (response.status === "completed") return "end-turn"
  if (response.status !== "incomplete") return undefined
  return objectIn(response.incomplete_details).reason === "content_filter" ? "refusal" : "max-tokens"
}
