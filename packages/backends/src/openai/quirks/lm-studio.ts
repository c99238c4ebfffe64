import type { JsonObject } from "@pensieve/models"
import { Effect } from "effect"
import { ownedBy, type Quirk } from "../quirk.ts"
import { countIn, modelEntries, type UpstreamModel } from "../upstream-model.ts"

/**
 * LM Studio. Its own API tells what is loaded and with which window. `tool_choice` may not be an object, `response_format` may
 * not be `json_object`, and an answer to a path it does not know has status 200.
 *
 * @see https://lmstudio.ai/docs/developer/rest/endpoints
 */
export const lmStudio: Quirk = {
  name: "LM Studio",
  signs: ownedBy("organization_owner"),
  inspect: Effect.fnUntraced(function* (ask) {
    const entries = modelEntries(yield* ask.get("/api/v0/models"))
    if (entries === undefined || !entries.some((entry) => typeof entry.state === "string")) return undefined
    return entries.map(modelFacts).toSorted((a, b) => Number(b.loaded) - Number(a.loaded))
  }),
  traits: {
    toolChoice: "words",
    parallelCalls: "ignored",
    unsent: new Set(["parallel_tool_calls"]),
    answerFormats: { jsonObject: false },
    fieldNames: { repetition_penalty: "repeat_penalty" },
    schemas: "plain",
    stops: "silent",
    keepsPrefixes: true
  }
}

const modelFacts = (entry: JsonObject & { readonly id: string }): UpstreamModel => {
  const loaded = entry.state === "loaded"
  const images = entry.type === "vlm"
  // Of a model that is not loaded only the largest window is told, not the one it will get.
  const window = countIn(entry.loaded_context_length) ?? (loaded ? countIn(entry.max_context_length) : undefined)
  return {
    id: entry.id,
    loaded,
    images,
    embeds: entry.type === "embeddings",
    ...(window === undefined ? {} : { window }),
    traits: { request: { images } }
  }
}
