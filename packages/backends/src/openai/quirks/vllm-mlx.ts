import { isJsonObject } from "@pensieve/models"
import { Effect } from "effect"
import { ownedBy, type Quirk } from "../quirk.ts"
import { listedModel } from "../upstream-model.ts"

/**
 * vllm-mlx. `/health` tells the kind of model. Answers are bounded to 32,768 tokens unless its flags say otherwise, and a
 * larger bound is refused; tools and `response_format` are refused together; the window is told nowhere.
 *
 * @see https://github.com/waybarrios/vllm-mlx
 */
export const vllmMlx: Quirk = {
  name: "vllm-mlx",
  signs: ownedBy("vllm-mlx", "rapid-mlx"),
  inspect: Effect.fnUntraced(function* (ask, { entries }) {
    const health = yield* ask.get("/health")
    if (!isJsonObject(health) || typeof health.model_type !== "string") return undefined
    const images = health.model_type === "mllm"
    const generating = entries.filter((entry) => !/-(embedding|reranker)$/.test(String(entry.owned_by)))
    return generating.map((entry) => ({ ...listedModel(entry), images, traits: { request: { images } } }))
  }),
  traits: {
    request: { reasoningControl: "template", reasoningHistory: "reasoning_content" },
    parallelCalls: "ignored",
    toolChoice: "ignored",
    answerFormats: { withTools: false },
    mostMaxTokens: 32_768,
    stops: "silent",
    keepsPrefixes: true
  }
}
