import type { UpstreamAnswer } from "./scripted-upstream.ts"

/** A server-sent event. */
export const sse = (value: unknown): string => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`

/** A chunk with this delta. */
export const delta = (value: unknown, finish_reason: string | null = null, more: object = {}): string =>
  sse({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "scripted-model",
    choices: [{ index: 0, delta: value, finish_reason, ...more }]
  })

/** A chunk with words. */
export const words = (content: string): string => delta({ content })

/** A chunk with a whole call. */
export const callChunk = (index: number, id: string, name: string, args: unknown): string =>
  delta({
    tool_calls: [{ index, id, type: "function", function: { name, arguments: JSON.stringify(args) } }]
  })

/** The chunk that tells the tokens. */
export const usageChunk = (prompt: number, completion: number, cached = 0): string =>
  sse({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "scripted-model",
    choices: [],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: cached }
    }
  })

export const done = sse("[DONE]")

/** What every proper stream ends with. */
export const ending = (reason = "stop", prompt = 100, completion = 10): string =>
  delta({}, reason) + usageChunk(prompt, completion) + done

/** A proper streamed answer of these chunks. */
export const answerOf = (...chunks: ReadonlyArray<string>): UpstreamAnswer => ({
  steps: [delta({ role: "assistant", content: "" }), ...chunks]
})

/** A proper answer in words. */
export const says = (text: string): UpstreamAnswer => answerOf(words(text), ending())

/** A proper answer that calls tools. */
export const callsTools = (
  ...calls: ReadonlyArray<{ readonly name: string; readonly input: unknown }>
): UpstreamAnswer =>
  answerOf(
    ...calls.map(({ name, input }, index) => callChunk(index, `call_${index}`, name, input)),
    ending("tool_calls")
  )
