import type { Conversation, JsonObject, Notice, OpenaiChatSentRequest } from "@pensieve/models"
import { openaiChat } from "@pensieve/translator"
import { arrangeForServer } from "./arrange-for-server.ts"
import { objectSchema, plainSchema } from "./plain-schema.ts"
import type { Traits } from "./traits.ts"

/** The fields of a request, under the server's own names. */
export type SentBody = Readonly<Record<string, unknown>>

/** A request as it goes to one server. */
export interface ShapedRequest {
  readonly body: SentBody
  readonly notices: ReadonlyArray<Notice>
  /** Characters of pictures and files, which count by rules of their own. */
  readonly mediaLength: number
  /** For the reader of the answer. */
  readonly toolNames: ReadonlyMap<string, string>
  readonly callIds: ReadonlyArray<string>
}

/** A conversation as the body for one server and model. */
export const shapeRequest = (conversation: Conversation, model: string, traits: Traits): ShapedRequest => {
  const arranged = arrangeForServer(conversation, traits)
  const encoded = openaiChat.encodeRequest(withBounds(arranged.conversation, traits), {
    ...traits.request,
    model,
    stream: traits.streams,
    shared: true
  })
  const { body, dropped } = patched(encoded.body, traits)
  return {
    body,
    notices: [...arranged.notices, ...encoded.notices, ...dropped],
    mediaLength: mediaLength(encoded.body),
    toolNames: encoded.toolNames,
    callIds: encoded.callIds
  }
}

/** Stop sequences that the server does not get are watched for here, so none is lost. */
const withBounds = (conversation: Conversation, traits: Traits): Conversation => {
  const stopSequences =
    traits.stops === "silent" || traits.unsent.has("stop") ? [] : conversation.stopSequences.slice(0, traits.mostStops)
  const wanted = conversation.maxTokens ?? traits.defaultMaxTokens
  const maxTokens = wanted === undefined ? undefined : Math.min(wanted, traits.mostMaxTokens ?? wanted)
  return { ...conversation, stopSequences, ...(maxTokens === undefined ? {} : { maxTokens }) }
}

interface Patched {
  readonly body: SentBody
  readonly dropped: ReadonlyArray<Notice>
}

/** Fields that say how to answer, not what: without them the request says nothing else. */
const silentlyDropped = new Set(["stop", "stream_options", "prompt_cache_key", "max_tokens", "max_completion_tokens"])

const patched = (sent: OpenaiChatSentRequest, traits: Traits): Patched => {
  const fields: Record<string, unknown> = { ...withSchemas(sent, traits), ...traits.extraFields }
  if (traits.parallelCalls === "asked" && sent.tools !== undefined && sent.parallel_tool_calls === undefined)
    fields.parallel_tool_calls = true
  const dropped: Array<Notice> = []
  for (const field of traits.unsent) {
    if (fields[field] === undefined) continue
    delete fields[field]
    if (!silentlyDropped.has(field))
      dropped.push({ code: "field-not-sent", message: `The upstream does not take ${field}; it is not sent.`, field })
  }
  for (const [name, own] of Object.entries(traits.fieldNames)) {
    const value = fields[name]
    if (value === undefined) continue
    delete fields[name]
    fields[own] = value
  }
  return { body: fields, dropped }
}

type SentTool = NonNullable<OpenaiChatSentRequest["tools"]>[number]

/** Makes what fits the schema of a tool; the same tool is fitted once. */
const fitting = (fit: (schema: JsonObject) => JsonObject) => {
  const fitted = new WeakMap<SentTool, SentTool>()
  return (tool: SentTool): SentTool => {
    const known = fitted.get(tool)
    if (known !== undefined) return known
    const result = { ...tool, function: { ...tool.function, parameters: fit(tool.function.parameters) } }
    fitted.set(tool, result)
    return result
  }
}

const toolFits = { plain: fitting(plainSchema), full: fitting(objectSchema) }

const withSchemas = (sent: OpenaiChatSentRequest, { schemas, answerFormats }: Traits): SentBody => {
  const { tools, response_format: format } = sent
  return {
    ...sent,
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map(schemas === "plain" ? toolFits.plain : toolFits.full)
        }),
    ...(format?.type === "json_schema"
      ? {
          response_format: {
            ...format,
            json_schema: {
              ...format.json_schema,
              schema: schemas === "plain" ? plainSchema(format.json_schema.schema) : format.json_schema.schema,
              strict: answerFormats.strict
            }
          }
        }
      : {})
  }
}

const mediaLength = ({ messages }: OpenaiChatSentRequest): number => {
  let length = 0
  for (const message of messages) {
    if (message.role !== "user" || typeof message.content === "string") continue
    for (const part of message.content) {
      if (part.type === "image_url") length += part.image_url.url.length
      else if (part.type === "file") length += part.file.file_data.length
    }
  }
  return length
}
