import type { UpstreamAnswer } from "./scripted-upstream.ts"

/** An event of Anthropic's streams, as the API writes it. */
export const messageEvent = (event: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** The usage of a prompt of 100 tokens, of which 60 were in the cache. */
const promptUsage = { input_tokens: 30, cache_read_input_tokens: 60, cache_creation_input_tokens: 10, output_tokens: 1 }

const message = (content: ReadonlyArray<unknown>, stop_reason: string | null, output_tokens: number) => ({
  id: "msg_upstream",
  type: "message",
  role: "assistant",
  model: "claude-scripted",
  content,
  stop_reason,
  stop_sequence: null,
  usage: { ...promptUsage, output_tokens }
})

/** The beginning of a message. */
export const messageStart = messageEvent({ type: "message_start", message: message([], null, 1) })

/** A block with words, in as many deltas. */
export const textBlock = (index: number, ...texts: ReadonlyArray<string>): string =>
  [
    messageEvent({ type: "content_block_start", index, content_block: { type: "text", text: "" } }),
    ...texts.map((text) => messageEvent({ type: "content_block_delta", index, delta: { type: "text_delta", text } })),
    messageEvent({ type: "content_block_stop", index })
  ].join("")

/** A block with a call, its input in two pieces. */
export const callBlock = (index: number, id: string, name: string, input: unknown): string => {
  const json = JSON.stringify(input)
  const piece = (partial_json: string) =>
    messageEvent({ type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json } })
  return [
    messageEvent({ type: "content_block_start", index, content_block: { type: "tool_use", id, name, input: {} } }),
    piece(json.slice(0, 5)),
    piece(json.slice(5)),
    messageEvent({ type: "content_block_stop", index })
  ].join("")
}

/** What every proper message ends with. */
export const messageEnd = (stop_reason = "end_turn", output_tokens = 10): string =>
  messageEvent({ type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } }) +
  messageEvent({ type: "message_stop" })

/** A proper streamed message of these blocks. */
export const messageOf = (...events: ReadonlyArray<string>): UpstreamAnswer => ({ steps: [messageStart, ...events] })

/** A proper message as a whole. */
export const wholeMessage = (content: ReadonlyArray<unknown>, stop_reason = "end_turn"): unknown =>
  message(content, stop_reason, 10)
