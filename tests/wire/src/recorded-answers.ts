import { answerOf, callChunk, delta, ending, jsonAnswer, type UpstreamAnswer, words } from "@pensieve/test-harness"
import type { RecordedBlock, RecordedExchange, RecordedItem } from "./recorded-traffic.ts"

/** What of an answer a client acts on: its words, and its calls by name and input. */
export interface Said {
  readonly text: string
  readonly calls: ReadonlyArray<readonly [name: string, input: unknown]>
}

/** The name that models see for a tool of a namespace. */
const flatName = ({ namespace, name = "" }: RecordedItem): string =>
  namespace === undefined ? name : `${namespace}__${name}`

const itemCall = (item: RecordedItem): readonly [string, unknown] => [
  flatName(item),
  JSON.parse(item.arguments ?? "{}")
]
const blockCall = ({ name = "", input }: RecordedBlock): readonly [string, unknown] => [name, input]

/** What the recorded answer said. */
export const recordedSaid = ({ response_script: { content = [], output = [] } }: RecordedExchange): Said => ({
  text: [
    ...content.map(({ type, text = "" }) => (type === "text" ? text : "")),
    ...output.flatMap((item) => item.content?.map(({ text }) => text) ?? [])
  ].join(""),
  calls: [
    ...content.filter(({ type }) => type === "tool_use").map(blockCall),
    ...output.filter(({ type }) => type === "function_call").map(itemCall)
  ]
})

const reasons: Readonly<Record<string, string>> = { max_tokens: "length", tool_use: "tool_calls" }

/** A prompt that does not fit, in the words of llama.cpp. */
const overflow = (message: string): UpstreamAnswer => {
  const [prompt, window] = message.match(/\d+/g) ?? []
  const words = `request (${prompt} tokens) exceeds the available context size (${window} tokens), try increasing it`
  return jsonAnswer({ error: { code: 400, message: words, type: "exceed_context_size_error" } }, 400)
}

/** The recorded answer as an OpenAI-compatible server gives it: thoughts, words and calls, and the stop sequence it does not know. */
export const upstreamAnswer = (exchange: RecordedExchange): UpstreamAnswer => {
  const { content = [], output = [], error, stop_reason = "", stop_sequence = "" } = exchange.response_script
  if (error !== undefined) return overflow(error.message)
  const { text, calls } = recordedSaid(exchange)
  const thoughts = [
    ...content.map(({ thinking = "" }) => thinking),
    ...output.flatMap(({ summary = [] }) => summary.map((part) => part.text))
  ].filter((thought) => thought !== "")
  const reason = reasons[stop_reason] ?? (calls.length > 0 ? "tool_calls" : "stop")
  return answerOf(
    ...thoughts.map((reasoning_content) => delta({ reasoning_content })),
    ...(text === "" ? [] : [words(text + stop_sequence)]),
    ...calls.map(([name, input], index) => callChunk(index, `call_${index}`, name, input)),
    ending(reason)
  )
}
