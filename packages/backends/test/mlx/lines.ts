import type { BridgeLine } from "@pensieve/models"

const timings = { queueSeconds: 0, prefillSeconds: 0, decodeSeconds: 0, peakMemoryBytes: 0 }

export const accepted: BridgeLine = { type: "accepted", generation: "g", promptTokens: 10 }
export const started: BridgeLine = {
  type: "started",
  cachedTokens: 4,
  cacheCreationTokens: 5,
  restoredFrom: "memory"
}
export const piece = (text: string): BridgeLine => ({ type: "piece", text })
export const likely = (token: string): BridgeLine => ({
  type: "logprobs",
  token,
  bytes: [...Buffer.from(token)],
  logprob: -0.5,
  top: [{ token, bytes: [...Buffer.from(token)], logprob: -0.5 }]
})
export const finished = (
  reason: "stop" | "length" | "cancelled" | "error" = "stop",
  stop: string | null = null
): BridgeLine => ({ type: "finished", reason, stop, endToken: null, completionTokens: 7, timings })
