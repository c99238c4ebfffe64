import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { Effect } from "effect"
import { opensThinking } from "../opens-thinking.ts"
import { type Ask, ownedBy, type Quirk } from "../quirk.ts"
import { countIn, listedModel, type UpstreamModel } from "../upstream-model.ts"

/**
 * llama.cpp's `llama-server`. `/props` tells the window, the template and what the model can see; a router that serves several
 * models answers it for each by `?model=`.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
export const llamaCpp: Quirk = {
  name: "llama.cpp",
  signs: ownedBy("llamacpp"),
  inspect: Effect.fnUntraced(function* (ask, { entries }) {
    const props = yield* propsOf(ask, "/props")
    if (props === undefined) return undefined
    const models: Array<UpstreamModel> = []
    for (const entry of entries) {
      const own = entries.length === 1 ? props : yield* propsOf(ask, `/props?model=${encodeURIComponent(entry.id)}`)
      models.push({ ...listedModel(entry), ...(own === undefined ? {} : modelFacts(own)) })
    }
    return models
  }),
  traits: {
    // Without it the grammar allows one call an answer.
    parallelCalls: "asked",
    extraFields: { return_progress: true },
    fieldNames: { repetition_penalty: "repeat_penalty" },
    // `pattern`, `maxLength` and deep nesting make "failed to parse grammar" out of a request.
    schemas: "plain",
    stops: "silent",
    keepsPrefixes: true
  }
}

const propsOf = (ask: Ask, path: string): Effect.Effect<JsonObject | undefined> =>
  Effect.map(ask.get(path), (props) =>
    isJsonObject(props) && isJsonObject(props.default_generation_settings) ? props : undefined
  )

/** `--reasoning-format none` leaves thinking in the words. */
const leavesThinking = (settings: Json | undefined): boolean =>
  isJsonObject(settings) && isJsonObject(settings.params) && settings.params.reasoning_format === "none"

const modelFacts = (props: JsonObject): Partial<UpstreamModel> => {
  const settings = props.default_generation_settings
  const window = isJsonObject(settings) ? countIn(settings.n_ctx) : undefined
  const images = isJsonObject(props.modalities) && props.modalities.vision === true
  const template = typeof props.chat_template === "string" ? props.chat_template : ""
  return {
    loaded: true,
    images,
    template,
    reasoning: template.includes("</think>"),
    opensThinking: leavesThinking(settings) && opensThinking(template),
    ...(window === undefined ? {} : { window }),
    traits: {
      request: {
        images,
        reasoningControl: template.includes("enable_thinking") ? "template" : "none",
        reasoningHistory: template.includes("reasoning_content") ? "reasoning_content" : "dropped"
      }
    }
  }
}
