import { detectFamily } from "@pensieve/families"
import type { BridgeModel } from "@pensieve/models"
import type { LoadedModel } from "../../src/mlx/plan-generation.ts"

export const template = {
  text: '<tools> {{ tool | tojson }} <tool_call>\n{"name": {{ tool_call.name }}, "arguments": …}',
  system: "anywhere",
  tools: true,
  toolCalls: true,
  toolResults: true,
  alternates: false,
  thinkingOption: "enable_thinking",
  opensReasoning: false
} as const

export const card: BridgeModel = {
  name: "m",
  path: "m",
  fingerprint: "f",
  architecture: "qwen3",
  contextLength: 4096,
  window: 4096,
  cacheKinds: ["KVCache"],
  batches: true,
  quantization: null,
  weightBytes: 1,
  device: "cpu",
  blas: "openblas",
  grammar: true,
  eosTokens: ["<|im_end|>"],
  addedTokens: ["<tool_call>", "</tool_call>", "<think>", "</think>"],
  sampling: { temperature: 0.6, topP: 0.95 },
  template
}

/** A model with a template like Qwen's, that does not think. */
export const model: LoadedModel = {
  card,
  family: detectFamily({
    templateText: template.text,
    addedTokens: card.addedTokens,
    architecture: card.architecture
  }),
  reasoning: null
}
