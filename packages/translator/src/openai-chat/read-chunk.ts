import {
  type FinishReason,
  isJsonObject,
  type Json,
  type JsonObject,
  type TokenLogprob,
  type Usage
} from "@pensieve/models"
import { readLogprobs } from "../logprobs.ts"
import { countIn, filledIn, objectsIn } from "../read-json.ts"

/** A piece of one tool call. Fields the upstream left out are undefined; empty names and ids count as left out. */
export interface CallFragment {
  readonly index: number | undefined
  readonly id: string | undefined
  readonly name: string | undefined
  readonly json: string
}

/** What one chunk, or a whole completion, says. */
export interface ChunkFacts {
  readonly reasoning: string
  readonly text: string
  /** How likely the tokens were, where it was asked for. */
  readonly logprobs: ReadonlyArray<TokenLogprob>
  readonly calls: ReadonlyArray<CallFragment>
  readonly finish: Finish | undefined
  readonly usage: Usage | undefined
  /** Prompt tokens done so far, from servers that tell. */
  readonly prefill: { readonly done: number; readonly total: number } | undefined
}

/** How an upstream says it ended. `broken` is an end that is none. */
export interface Finish {
  readonly reason: FinishReason | "broken"
  readonly stopSequence?: string
}

/** Text, or the texts of parts: Mistral's servers write thinking and words as parts of `content`. */
const textsOf = (value: Json | undefined, kinds: ReadonlyArray<string>, field: string): string => {
  if (typeof value === "string") return field === "text" ? value : ""
  return objectsIn(value)
    .filter((part) => typeof part.type === "string" && kinds.includes(part.type))
    .map((part) => (typeof part[field] === "string" ? part[field] : textsOf(part[field], ["text"], "text")))
    .join("")
}

/** Older and newer servers name the field differently; some send both with the same text. */
const reasoningOf = (delta: JsonObject): string =>
  filledIn(delta.reasoning_content) ?? filledIn(delta.reasoning) ?? textsOf(delta.content, ["thinking"], "thinking")

/** `arguments` is JSON text; some servers send the object itself. */
const argumentsOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value)

const fragmentOf = (call: JsonObject): CallFragment => {
  const inner = isJsonObject(call.function) ? call.function : {}
  return {
    index: typeof call.index === "number" ? call.index : undefined,
    id: filledIn(call.id),
    name: filledIn(inner.name),
    json: argumentsOf(inner.arguments)
  }
}

/** The older form has one call, without index and id. */
const fragmentsOf = (delta: JsonObject): ReadonlyArray<CallFragment> => [
  ...objectsIn(delta.tool_calls).map(fragmentOf),
  ...(isJsonObject(delta.function_call) ? [fragmentOf({ function: delta.function_call })] : [])
]

const reasons: Readonly<Record<string, Finish["reason"]>> = {
  length: "max-tokens",
  max_tokens: "max-tokens",
  tool_calls: "tool-use",
  function_call: "tool-use",
  content_filter: "refusal",
  error: "broken",
  abort: "broken",
  cancelled: "broken"
}

/** vLLM (`stop_reason`) and SGLang (`matched_stop`) say which stop sequence matched; a number is an end token. */
const finishOf = (choice: JsonObject): Finish | undefined => {
  const said = filledIn(choice.finish_reason)
  if (said === undefined) return undefined
  const reason = reasons[said] ?? "end-turn"
  const stopSequence = filledIn(choice.stop_reason) ?? filledIn(choice.matched_stop)
  return reason === "end-turn" && stopSequence !== undefined ? { reason: "stop-sequence", stopSequence } : { reason }
}

const detail = (usage: JsonObject, group: string, field: string): number => {
  const inner = usage[group]
  return isJsonObject(inner) ? countIn(inner[field]) : 0
}

const noLogprobs: ReadonlyArray<TokenLogprob> = []

const logprobsOf = ({ logprobs }: JsonObject): ReadonlyArray<TokenLogprob> =>
  isJsonObject(logprobs) ? [...readLogprobs(logprobs.content), ...readLogprobs(logprobs.refusal)] : noLogprobs

/** `prompt_tokens` includes what the cache had; DeepSeek names the hits its own way. */
const readUsage = (value: unknown): Usage | undefined => {
  if (!isJsonObject(value) || typeof value.prompt_tokens !== "number") return undefined
  const prompt = countIn(value.prompt_tokens)
  const hits = detail(value, "prompt_tokens_details", "cached_tokens") || countIn(value.prompt_cache_hit_tokens)
  const cacheReadTokens = Math.min(prompt, hits)
  return {
    inputTokens: prompt - cacheReadTokens,
    cacheReadTokens,
    cacheCreationTokens: 0,
    outputTokens: countIn(value.completion_tokens),
    reasoningTokens: detail(value, "completion_tokens_details", "reasoning_tokens")
  }
}

/** llama.cpp tells the progress of the prompt when it is asked to (`return_progress`). */
const readPrefill = (value: unknown): ChunkFacts["prefill"] =>
  isJsonObject(value) && countIn(value.total) > 0
    ? { done: countIn(value.processed), total: countIn(value.total) }
    : undefined

/** The first choice; there is one, for `n` is never above 1. */
const choiceOf = (chunk: JsonObject): JsonObject => {
  const [first] = objectsIn(chunk.choices)
  return first === undefined || (typeof first.index === "number" && first.index !== 0) ? {} : first
}

/**
 * What a chunk or a completion says. Reads whatever it can and takes nothing for granted.
 *
 * @param whole whether a `message` counts where there is no `delta`: once deltas came, a message would repeat them
 */
export const readChunk = (chunk: JsonObject, whole: boolean): ChunkFacts => {
  const choice = choiceOf(chunk)
  const message = whole ? choice.message : undefined
  const delta = isJsonObject(choice.delta) ? choice.delta : isJsonObject(message) ? message : {}
  return {
    reasoning: reasoningOf(delta),
    text: textsOf(delta.content, ["text", "output_text"], "text") + (filledIn(delta.refusal) ?? ""),
    logprobs: logprobsOf(choice),
    calls: fragmentsOf(delta),
    finish: finishOf(choice),
    usage: readUsage(chunk.usage) ?? readUsage(isJsonObject(chunk.x_groq) ? chunk.x_groq.usage : choice.usage),
    prefill: readPrefill(chunk.prompt_progress)
  }
}

/** Whether a chunk or a body tells an error: OpenAI's envelope, vLLM's older one, or OpenRouter's error in a choice. */
export const tellsError = (chunk: JsonObject): boolean =>
  (chunk.error !== undefined && chunk.error !== null) ||
  chunk.object === "error" ||
  (choiceOf(chunk).error !== undefined && choiceOf(chunk).error !== null) ||
  (chunk.choices === undefined && typeof chunk.detail === "string")

/** The part of such a chunk that has the words. */
export const errorIn = (chunk: JsonObject): JsonObject =>
  chunk.error === undefined || chunk.error === null ? { ...chunk, ...choiceOf(chunk) } : chunk
