import { isJsonObject } from "@pensieve/models"
import type { Refusal } from "../upstream/open-answer.ts"
import type { ShapedRequest } from "./shape-request.ts"
import type { TraitPatch, Traits } from "./traits.ts"

/** What a refusal teaches about the server: kept for its later requests. */
export interface Lesson {
  readonly patch: TraitPatch
  /** What changes, for the log. */
  readonly what: string
  /** It holds for this request only. */
  readonly forNow?: true
}

/**
 * Statuses with which servers refuse what they do not take; llama.cpp's and Ollama's templates fail with 500, OpenAI refuses log
 * probabilities of models that think with 403.
 */
const refusing = new Set([400, 403, 404, 422, 500, 501])

/** Fields that a request can do without. What `stop` and `tool_choice` would say is done here then. */
const optional = [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "presence_penalty",
  "frequency_penalty",
  "repetition_penalty",
  "repeat_penalty",
  "seed",
  "logprobs",
  "top_logprobs",
  "stop",
  "parallel_tool_calls",
  "response_format",
  "reasoning_effort",
  "chat_template_kwargs",
  "prompt_cache_key",
  "stream_options",
  "return_progress"
]

/** Words of a refusal that is about a field, not about what the conversation says. */
const refusalWords =
  /unsupported|not supported|not support|unrecognized|unknown|unexpected|not permitted|not allowed|extra (?:inputs|fields)|cannot find field|does not exist|invalid (?:parameter|argument|value)|must be/i

/** One thing that refusals tell. Given the words in lower case; undefined where they say something else. */
type Reading = (words: string, sent: Pick<ShapedRequest, "body" | "mediaLength">, traits: Traits) => Lesson | undefined

const outputBound: Reading = (words, { body }, { request }) => {
  if (!/max_(?:completion_)?tokens/.test(words)) return undefined
  const other = request.maxTokensField === "max_tokens" ? "max_completion_tokens" : "max_tokens"
  if (/instead/.test(words) && words.includes(other))
    return { patch: { request: { maxTokensField: other } }, what: `${other} is sent for ${request.maxTokensField}` }
  const most =
    /(?:at most|exceeds? (?:the )?(?:server |model )?(?:limit|maximum)[^\d]*|less than or equal to|<=|up to)\s*\(?`?(\d+)/.exec(
      words
    )?.[1]
  const bound = Number(most)
  const sent = Number(body[request.maxTokensField])
  return bound > 0 && sent > bound
    ? { patch: { mostMaxTokens: bound }, what: `answers are bounded to ${bound} tokens` }
    : undefined
}

const toolChoice: Reading = (words, { body }, traits) => {
  if (!/tool_choice|tool choice/.test(words) || body.tool_choice === undefined) return undefined
  if (typeof body.tool_choice === "object" && traits.toolChoice === "any")
    return { patch: { toolChoice: "words" }, what: "tool_choice names no tool; the tool alone is offered" }
  return traits.toolChoice === "ignored"
    ? undefined
    : { patch: { toolChoice: "ignored" }, what: "tool_choice is not sent" }
}

const answerFormat: Reading = (words, { body }, { answerFormats }) => {
  if (body.response_format === undefined || !/response_format|json_schema|json_object|structured/.test(words))
    return undefined
  if (/tools/.test(words) && answerFormats.withTools)
    return { patch: { answerFormats: { withTools: false } }, what: "response_format is not sent beside tools" }
  if (isJsonObject(body.response_format) && body.response_format.type === "json_object" && answerFormats.jsonObject)
    return { patch: { answerFormats: { jsonObject: false } }, what: "json_schema is sent for json_object" }
  return answerFormats.strict
    ? { patch: { answerFormats: { strict: false } }, what: "the schema of answers is not strict" }
    : undefined
}

const schemas: Reading = (words, { body }, traits) =>
  traits.schemas === "whole" &&
  (body.tools !== undefined || body.response_format !== undefined) &&
  /grammar|json[_ ]?schema|tools?\W?\d|function_declarations|\bparameters\b.*schema|schema.*\bparameters\b/.test(words)
    ? { patch: { schemas: "plain" }, what: "tools' schemas are sent with plain keywords only" }
    : undefined

const noTools: Reading = (words, { body }, traits) =>
  traits.toolForm === "native" &&
  body.tools !== undefined &&
  /does(?: not|n't) support (?:tools|function|tool)|tools? (?:are|is|use is) not supported|tool calling is not|no endpoints found that support tool|enable-auto-tool-choice|requires? --jinja|--jinja flag/.test(
    words
  )
    ? { patch: { toolForm: "prompted" }, what: "tools are shown to the model in the system prompt" }
    : undefined

const systemTurns: Reading = (words, _, { request }) => {
  if (request.systemRole === "developer" && /developer/.test(words))
    return { patch: { request: { systemRole: "system" } }, what: "instructions are sent as system" }
  return request.systemTurns === "in-place" &&
    /system (?:message|role|prompt) must|must be (?:at the beginning|the first)|roles? must alternate|only user|unexpected (?:message )?role|multiple system/.test(
      words
    )
    ? { patch: { request: { systemTurns: "folded" } }, what: "system turns are folded into the user's" }
    : undefined
}

const noImages: Reading = (words, { mediaLength }, { request }) =>
  request.images &&
  mediaLength > 0 &&
  /\bimages?|image_url|\bvision|multimodal|mmproj|only 'text' content|content type/.test(words) &&
  /not support|unsupported|only|cannot|invalid|not allowed|no endpoints|must provide/.test(words)
    ? { patch: { request: { images: false, toolMedia: "placeholder" } }, what: "pictures are replaced by placeholders" }
    : undefined

const pastReasoning: Reading = (words, _, { request }) =>
  request.reasoningHistory !== "dropped" && /reasoning_content|reasoning content/.test(words)
    ? { patch: { request: { reasoningHistory: "dropped" } }, what: "earlier thinking is not sent" }
    : undefined

const noStreams: Reading = (words, { body }, { streams }) =>
  streams &&
  body.stream === true &&
  /\bstream(?:ing)?\b/.test(words) &&
  !/stream_options/.test(words) &&
  refusalWords.test(words)
    ? { patch: { streams: false }, what: "answers are not streamed" }
    : undefined

const fields: Reading = (words, { body }, { unsent, fieldNames }) => {
  if (!refusalWords.test(words)) return undefined
  const named = optional.filter(
    (field) => body[field] !== undefined && !unsent.has(field) && new RegExp(`\\b${field}\\b`).test(words)
  )
  if (named.length === 0) return undefined
  const back = new Map(Object.entries(fieldNames).map(([name, own]) => [own, name]))
  return {
    patch: { unsent: new Set([...unsent, ...named.map((field) => back.get(field) ?? field)]) },
    what: `${named.join(", ")} ${named.length === 1 ? "is" : "are"} not sent`
  }
}

const readings: ReadonlyArray<Reading> = [
  outputBound,
  noTools,
  toolChoice,
  systemTurns,
  pastReasoning,
  answerFormat,
  fields,
  noImages,
  schemas,
  noStreams
]

/**
 * What a refusal teaches, or undefined where repeating the request in other words is no use.
 *
 * @param sent the request as it was sent
 */
export const lessonOf = (
  { status, text }: Refusal,
  sent: Pick<ShapedRequest, "body" | "mediaLength">,
  traits: Traits
): Lesson | undefined => {
  if (!refusing.has(status)) return undefined
  const words = text.toLowerCase()
  for (const reading of readings) {
    const lesson = reading(words, sent, traits)
    if (lesson !== undefined) return lesson
  }
  return undefined
}
