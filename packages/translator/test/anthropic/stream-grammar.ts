import { initialSseDecode, pushSse } from "@pensieve/framing"
import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** Which deltas a block may have, by its type. */
const deltasOf: Readonly<Record<string, ReadonlyArray<string>>> = {
  text: ["text_delta", "citations_delta"],
  thinking: ["thinking_delta", "signature_delta"],
  tool_use: ["input_json_delta"],
  server_tool_use: ["input_json_delta"]
}

const emptyStart: Readonly<Record<string, JsonObject>> = {
  text: { text: "" },
  thinking: { thinking: "", signature: "" },
  tool_use: { input: {} },
  server_tool_use: { input: {} },
  redacted_thinking: {},
  web_search_tool_result: {},
  web_fetch_tool_result: {}
}

/** Where the checker stands in a stream. */
interface Stand {
  place: "S0" | "S1" | "S2" | "S3" | "END"
  index: number
  blockType: string
  input: string
  signed: boolean
  calls: number
  stopReason: Json
}

const object = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})

const onStart = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place !== "S0") return `message_start in ${stand.place}`
  stand.place = "S1"
  const usage = object(object(event.message).usage)
  const counts = [
    usage.input_tokens,
    usage.cache_read_input_tokens,
    usage.cache_creation_input_tokens,
    usage.output_tokens
  ]
  return counts.every((count) => typeof count === "number" && count >= 0)
    ? undefined
    : "message_start without its counts"
}

const onBlockStart = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place !== "S1") return `content_block_start in ${stand.place}`
  if (event.index !== stand.index) return `block ${String(event.index)} where ${stand.index} was due`
  const block = object(event.content_block)
  Object.assign(stand, { place: "S2", blockType: block.type, input: "", signed: false })
  const empty = Object.entries(emptyStart[stand.blockType] ?? { unknown: stand.blockType })
  const filled = empty.filter(([field, value]) => JSON.stringify(block[field]) !== JSON.stringify(value))
  return filled.length === 0 ? undefined : `a block starts with ${filled.map(([field]) => field).join(", ")}`
}

const onDelta = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place !== "S2") return `content_block_delta in ${stand.place}`
  if (event.index !== stand.index) return `delta of block ${String(event.index)} inside ${stand.index}`
  const delta = object(event.delta)
  if (!deltasOf[stand.blockType]?.includes(String(delta.type)))
    return `${String(delta.type)} in a ${stand.blockType} block`
  if (stand.signed) return "a delta after the signature"
  if (delta.type === "input_json_delta") stand.input += String(delta.partial_json)
  if (delta.type === "signature_delta") {
    stand.signed = true
    if (typeof delta.signature !== "string" || delta.signature === "") return "an empty signature"
  }
  return undefined
}

const onBlockStop = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place !== "S2") return `content_block_stop in ${stand.place}`
  if (event.index !== stand.index) return `stop of block ${String(event.index)} inside ${stand.index}`
  stand.place = "S1"
  stand.index += 1
  if (stand.blockType === "thinking" && !stand.signed) return "a thinking block without signature"
  if (stand.blockType === "tool_use") stand.calls += 1
  if (stand.blockType.endsWith("tool_use")) {
    if (!isJsonObject(JSON.parse(stand.input || "{}"))) return `the input of a call is ${stand.input}`
  }
  return undefined
}

const onMessageDelta = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place !== "S1" && stand.place !== "S3") return `message_delta in ${stand.place}`
  stand.place = "S3"
  stand.stopReason = object(event.delta).stop_reason ?? null
  if (typeof object(event.usage).output_tokens !== "number") return "message_delta without output_tokens"
  return (stand.stopReason === "tool_use") === stand.calls > 0
    ? undefined
    : `stop_reason ${String(stand.stopReason)} after ${stand.calls} calls`
}

const onMessageStop = (stand: Stand): string | undefined => {
  if (stand.place !== "S3") return `message_stop in ${stand.place}`
  stand.place = "END"
  return typeof stand.stopReason === "string" ? undefined : "a message without stop_reason"
}

const onError = (stand: Stand, event: JsonObject): string | undefined => {
  const error = object(event.error)
  if (stand.place !== "S1" && stand.place !== "S2") return `error in ${stand.place}`
  stand.place = "END"
  return typeof error.type === "string" && typeof error.message === "string"
    ? undefined
    : "an error without type or message"
}

const step = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place === "END") return `${String(event.type)} after the end`
  switch (event.type) {
    case "ping":
      return undefined
    case "message_start":
      return onStart(stand, event)
    case "content_block_start":
      return onBlockStart(stand, event)
    case "content_block_delta":
      return onDelta(stand, event)
    case "content_block_stop":
      return onBlockStop(stand, event)
    case "message_delta":
      return onMessageDelta(stand, event)
    case "message_stop":
      return onMessageStop(stand)
    case "error":
      return onError(stand, event)
    default:
      return `unknown event ${String(event.type)}`
  }
}

/**
 * What in a stream's text breaks the grammar, or undefined. `ended` asks for the end too.
 *
 * @see wire contract, section 4
 */
export const grammarProblem = (text: string, ended: boolean): string | undefined => {
  const [rest, events] = pushSse(initialSseDecode, text)
  if (rest.line !== "" || rest.data !== undefined) return "the text ends inside an event"
  const stand: Stand = { place: "S0", index: 0, blockType: "", input: "", signed: false, calls: 0, stopReason: null }
  for (const { event, data } of events) {
    if (data.includes("\n")) return "data of several lines"
    const value: unknown = JSON.parse(data)
    if (!isJsonObject(value) || value.type !== event) return `event name ${String(event)} for ${data}`
    const problem = step(stand, value)
    if (problem !== undefined) return problem
  }
  return ended && stand.place !== "END" ? `the stream ends in ${stand.place}` : undefined
}
