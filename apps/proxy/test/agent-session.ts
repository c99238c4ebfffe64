import Anthropic from "@anthropic-ai/sdk"
import type { Proxy } from "@pensieve/test-harness"

type Message = Anthropic.MessageParam

/** What a request said of its prompt before the first word, and what was answered. */
export interface Asked {
  /** Tokens of the prompt that were restored, and all of them. */
  readonly read: number
  readonly prompt: number
  readonly output: number
  readonly answer: Anthropic.Message
}

export interface Question {
  readonly messages: ReadonlyArray<Message>
  readonly system?: ReadonlyArray<Anthropic.TextBlockParam>
  readonly tools?: ReadonlyArray<Anthropic.Tool>
  readonly headers?: Readonly<Record<string, string>>
  readonly format?: Anthropic.OutputConfig["format"]
}

const lines = (name: string, count: number): string =>
  Array.from(
    { length: count },
    (_, at) => `${name} ${at}: the value of key ${(at * 7919) % 997} is in file ${at}.`
  ).join("\n")

/** Tools and system prompt as a coding agent's: by far the largest part of a first request. */
const tools: ReadonlyArray<Anthropic.Tool> = ["Bash", "Edit", "Grep", "Read", "Write"].map((name) => ({
  name,
  description: lines(name, 12),
  input_schema: {
    type: "object",
    properties: {
      file_path: { type: "string", description: "Where the file is." },
      old_string: { type: "string" },
      new_string: { type: "string" },
      limit: { type: "integer" }
    },
    required: ["file_path"]
  }
}))

const system: ReadonlyArray<Anthropic.TextBlockParam> = [
  { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.329.abc; cc_entrypoint=cli;" },
  { type: "text", text: "You are an agent that writes software." },
  { type: "text", text: lines("Rule", 40), cache_control: { type: "ephemeral" } }
]

export const says = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] })

export const result = (answer: Anthropic.Message, text: string): Message => ({
  role: "user",
  content: answer.content.flatMap((block) =>
    block.type === "tool_use" ? [{ type: "tool_result" as const, tool_use_id: block.id, content: text }] : []
  )
})

/** An answer as clients send it back: without its thoughts, and the keys of its calls in another order. */
export const echoed = ({ content }: Anthropic.Message): Message => ({
  role: "assistant",
  content: content.flatMap((block): Array<Anthropic.ContentBlockParam> => {
    if (block.type === "text") return [{ type: "text", text: block.text }]
    if (block.type !== "tool_use") return []
    const input = Object.fromEntries(Object.entries(block.input as object).toReversed())
    return [{ type: "tool_use", id: block.id, name: block.name, input }]
  })
})

const clientOf = (proxy: Pick<Proxy, "base" | "token">): Anthropic =>
  new Anthropic({ baseURL: proxy.base, authToken: proxy.token, apiKey: null, maxRetries: 0 })

const promptOf = (usage: Anthropic.Usage): number =>
  usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0)

const bodyOf = ({ messages, format, ...question }: Question) => ({
  model: "claude-sonnet-5",
  max_tokens: 400,
  messages: [...messages],
  system: [...(question.system ?? system)],
  tools: [...(question.tools ?? tools)],
  ...(format === undefined ? {} : { output_config: { format } })
})

/** Asks as Claude Code does; what is told of the prompt is taken from `message_start`. */
export const ask = async (proxy: Pick<Proxy, "base" | "token">, question: Question): Promise<Asked> => {
  const headers = { "x-claude-code-session-id": "one", ...question.headers }
  const stream = clientOf(proxy).messages.stream(bodyOf(question), { headers })
  let told: Anthropic.Usage | undefined
  stream.on("streamEvent", (event) => {
    if (event.type === "message_start") told = event.message.usage
  })
  const answer = await stream.finalMessage()
  if (told === undefined) throw new Error("no message_start came")
  return {
    read: told.cache_read_input_tokens ?? 0,
    prompt: promptOf(told),
    output: answer.usage.output_tokens,
    answer
  }
}

export const countOf = async (proxy: Pick<Proxy, "base" | "token">, question: Question): Promise<number> => {
  const { max_tokens: _, ...body } = bodyOf(question)
  return (await clientOf(proxy).messages.countTokens(body)).input_tokens
}
