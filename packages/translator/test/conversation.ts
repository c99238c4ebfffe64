import type { Conversation, Part, Turn } from "@pensieve/models"

/** A conversation of a dialect that none of ours is, with these fields. */
export const conversationOf = (fields: Partial<Conversation>): Conversation => ({
  model: "asked",
  system: [],
  turns: [user(text("hi"))],
  tools: [],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: {},
  reasoning: { mode: "auto", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  stream: false,
  hints: { requestClass: "main", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "none", body: {} },
  ...fields
})

export const user = (...parts: ReadonlyArray<Part>): Turn => ({ role: "user", parts })
export const assistant = (...parts: ReadonlyArray<Part>): Turn => ({ role: "assistant", parts })
export const system = (...parts: ReadonlyArray<Part>): Turn => ({ role: "system", parts })

export const text = (words: string): Part => ({ type: "text", text: words })
export const call = (id: string, name: string, input = {}): Part => ({ type: "tool-call", id, name, input })
export const result = (callId: string, ...parts: ReadonlyArray<Part>): Part => ({
  type: "tool-result",
  callId,
  parts,
  isError: false
})
export const image = (mediaType: string): Part => ({ type: "image", source: { kind: "base64", mediaType, data: "AA" } })

/** A tool of this name. */
export const tool = (name: string) => ({
  name,
  inputSchema: { type: "object", properties: {} },
  deferred: false,
  eager: false
})

/** The codes of notices. */
export const codesOf = ({ notices }: Pick<Conversation, "notices">): ReadonlyArray<string> =>
  notices.map((notice) => notice.code)
