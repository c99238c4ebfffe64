import { type Conversation, isJsonObject, type Json, type JsonObject, type ResponsesEcho } from "@pensieve/models"
import { callIds } from "../call-ids.ts"
import { includesReasoning } from "./decode-options.ts"
import type { StreamOptions } from "./stream-state.ts"
import { dialect } from "./to-conversation.ts"
import { namedTools, sentTools, type WireTool } from "./tool-names.ts"

const wireTools = (body: JsonObject): ReadonlyMap<string, WireTool> =>
  new Map(
    namedTools(sentTools(body)).map(({ flatName, name, namespace, custom }) => [
      flatName,
      { name, custom, ...(namespace === undefined ? {} : { namespace }) }
    ])
  )

const textOr = (value: Json | undefined): string | null => (typeof value === "string" ? value : null)
const numberOr = (value: Json | undefined): number | null => (typeof value === "number" ? value : null)

/** What the response repeats of the request, absent fields as the API tells their defaults. */
const echoOf = (conversation: Conversation, body: JsonObject): ResponsesEcho => ({
  model: conversation.model,
  instructions: textOr(body.instructions),
  max_output_tokens: numberOr(body.max_output_tokens),
  metadata: body.metadata ?? {},
  parallel_tool_calls: conversation.parallelToolCalls,
  previous_response_id: null,
  prompt_cache_key: textOr(body.prompt_cache_key),
  reasoning: body.reasoning ?? { effort: null, summary: null },
  store: false,
  temperature: numberOr(body.temperature),
  text: body.text ?? { format: { type: "text" } },
  tool_choice: body.tool_choice ?? "auto",
  tools: Array.isArray(body.tools) ? body.tools : [],
  top_p: numberOr(body.top_p),
  truncation: "disabled"
})

/**
 * What an answer to this conversation must look like.
 *
 * @param id the response id (`resp_…`), unique
 * @param createdAt seconds since 1970
 * @see wire contract, section 8
 */
export const streamOptions = (conversation: Conversation, id: string, createdAt: number): StreamOptions => {
  const { source } = conversation
  const sent = source.dialect === dialect && isJsonObject(source.body) ? source.body : {}
  return {
    id,
    createdAt,
    echo: echoOf(conversation, sent),
    display: conversation.reasoning.display,
    logprobs: conversation.topLogprobs !== undefined,
    sealsReasoning: includesReasoning(sent.include),
    tools: wireTools(sent),
    toolIds: callIds(conversation)
  }
}
