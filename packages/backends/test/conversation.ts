import type { Conversation } from "@pensieve/models"

/** A conversation of one word, with whatever a test is about. */
export const conversation = (change: Partial<Conversation> = {}): Conversation => ({
  model: "claude",
  system: [],
  turns: [{ role: "user", parts: [{ type: "text", text: "Hi" }] }],
  tools: [
    {
      name: "Read",
      inputSchema: {
        type: "object",
        properties: { path: { type: "string" }, limit: { type: "integer" } },
        required: ["path"]
      },
      deferred: false,
      eager: false
    }
  ],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: {},
  reasoning: { mode: "off", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  stream: true,
  hints: { requestClass: "main", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "anthropic", body: {} },
  ...change
})
