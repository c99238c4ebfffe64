import { isJsonObject } from "@pensieve/models"
import { Effect } from "effect"
import { ownedBy, type Quirk } from "../quirk.ts"
import { listedModel } from "../upstream-model.ts"

/**
 * vLLM. The model list tells the window (`max_model_len`); unknown fields are ignored; the stop sequence that matched comes
 * as `stop_reason`.
 *
 * @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 */
export const vllm: Quirk = {
  name: "vLLM",
  signs: ownedBy("vllm"),
  inspect: Effect.fnUntraced(function* (ask, { entries }) {
    const version = yield* ask.get("/version")
    if (
      !isJsonObject(version) ||
      typeof version.version !== "string" ||
      !entries.some(({ root }) => root !== undefined)
    )
      return undefined
    return entries.map((entry) => ({ ...listedModel(entry), loaded: true }))
  }),
  traits: {
    request: { reasoningControl: "template", reasoningHistory: "reasoning_content" },
    keepsPrefixes: true
  }
}
