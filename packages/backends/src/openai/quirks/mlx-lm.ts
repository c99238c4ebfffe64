import { isJsonObject } from "@pensieve/models"
import { Effect } from "effect"
import type { Quirk } from "../quirk.ts"

/**
 * mlx_lm.server, on Python's own HTTP server. Its list holds whatever lies in the model cache; `default_model` is the one it
 * was started with. Without a bound an answer has 512 tokens. `tool_choice` and `response_format` have no effect, a request it
 * cannot take is 404, and the window is told nowhere.
 *
 * @see https://github.com/ml-explore/mlx-lm/blob/main/mlx_lm/SERVER.md
 */
export const mlxLm: Quirk = {
  name: "mlx_lm.server",
  signs: ({ entries, serverHeader }) =>
    serverHeader.startsWith("BaseHTTP/") && entries.every((entry) => entry.owned_by === undefined),
  inspect: Effect.fnUntraced(function* (ask, { serverHeader }) {
    const health = yield* ask.get("/health")
    if (!serverHeader.startsWith("BaseHTTP/") || !isJsonObject(health) || health.status !== "ok") return undefined
    return [{ id: "default_model", images: false, loaded: true }]
  }),
  traits: {
    request: { images: false, toolMedia: "placeholder", reasoningControl: "template" },
    toolChoice: "ignored",
    parallelCalls: "ignored",
    unsent: new Set(["response_format", "parallel_tool_calls"]),
    stops: "silent",
    defaultMaxTokens: 32_768,
    keepsPrefixes: true,
    refusesWith404: true
  }
}
