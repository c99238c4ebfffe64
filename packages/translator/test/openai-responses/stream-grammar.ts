import { isDeepStrictEqual } from "node:util"
import { initialSseDecode, pushSse } from "@pensieve/framing"
import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

const object = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})
const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

/** How the text of an item comes: the events of its part, of its text, and the field that holds it at the end. */
interface Writing {
  readonly part?: readonly [added: string, done: string, type: string]
  readonly delta: string
  readonly done: string
  readonly field: string
  readonly start: JsonObject
  readonly textOf: (item: JsonObject) => Json | undefined
}

const writings: Readonly<Record<string, Writing>> = {
  message: {
    part: ["response.content_part.added", "response.content_part.done", "output_text"],
    delta: "response.output_text.delta",
    done: "response.output_text.done",
    field: "text",
    start: { role: "assistant", status: "in_progress", content: [] },
    textOf: (item) => (list(item.content).length === 1 ? object(list(item.content)[0]).text : undefined)
  },
  reasoning: {
    part: ["response.reasoning_summary_part.added", "response.reasoning_summary_part.done", "summary_text"],
    delta: "response.reasoning_summary_text.delta",
    done: "response.reasoning_summary_text.done",
    field: "text",
    start: { summary: [] },
    textOf: (item) => (list(item.summary).length === 1 ? object(list(item.summary)[0]).text : undefined)
  },
  function_call: {
    delta: "response.function_call_arguments.delta",
    done: "response.function_call_arguments.done",
    field: "arguments",
    start: { status: "in_progress", arguments: "" },
    textOf: (item) => item.arguments
  },
  custom_tool_call: {
    delta: "response.custom_tool_call_input.delta",
    done: "response.custom_tool_call_input.done",
    field: "input",
    start: { status: "in_progress", input: "" },
    textOf: (item) => item.input
  }
}

/** Where the checker stands in a stream. */
interface Stand {
  place: "S0" | "S1" | "between" | "item" | "part" | "written" | "whole" | "END"
  responseId: Json | undefined
  item: JsonObject
  text: string
  readonly output: Array<JsonObject>
}

const onResponse = (stand: Stand, event: JsonObject): string | undefined => {
  const response = object(event.response)
  const kind = String(event.type).slice("response.".length)
  if (stand.place === "S0") stand.responseId = response.id
  if (typeof response.id !== "string" || response.id !== stand.responseId) return "the response's id changes"
  if (response.object !== "response" || typeof response.created_at !== "number") return "no response"
  if (!isDeepStrictEqual(response.output, stand.output)) return "the output is not that of the items"
  const isEnd = kind !== "created" && kind !== "in_progress"
  if (response.status !== (isEnd ? kind : "in_progress")) return `status ${String(response.status)} in ${kind}`
  if ((kind === "failed") !== isJsonObject(response.error)) return `error ${String(response.error)} in ${kind}`
  if ((kind === "incomplete") !== isJsonObject(response.incomplete_details)) return `incomplete_details in ${kind}`
  const due = kind === "created" ? "S0" : kind === "in_progress" ? "S1" : "between"
  const early = stand.place === "S0" || stand.place === "S1"
  if (kind === "failed" ? early : stand.place !== due) return `${kind} in ${stand.place}`
  stand.place = kind === "created" ? "S1" : isEnd ? "END" : "between"
  if (!isEnd) return response.usage === null ? undefined : "usage before the end"
  const { input_tokens: input, output_tokens: output, total_tokens: total } = object(response.usage)
  return Number(input) + Number(output) === total ? undefined : "usage that does not add up"
}

const onAdded = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place !== "between") return `an item in ${stand.place}`
  if (event.output_index !== stand.output.length)
    return `item ${String(event.output_index)} after ${stand.output.length}`
  const item = object(event.item)
  const start = writings[String(item.type)]?.start
  if (start === undefined) return `an item of type ${String(item.type)}`
  if (!isDeepStrictEqual({ ...item, ...start }, { ...item })) return "an item that does not start empty"
  if (typeof item.id !== "string" || stand.output.some((other) => other.id === item.id))
    return "an item without an id of its own"
  if ("call_id" in item && stand.output.some((other) => other.call_id === item.call_id)) return "two calls of one id"
  stand.item = item
  stand.text = ""
  stand.place = "item"
  return undefined
}

const onDone = (stand: Stand, event: JsonObject): string | undefined => {
  const item = object(event.item)
  const type = String(item.type)
  const isBare = type === "reasoning" && stand.place === "item"
  if (!isBare && stand.place !== "whole") return `the end of an item in ${stand.place}`
  if (event.output_index !== stand.output.length) return "the end of another item"
  const { textOf, start } = writings[type] ?? {}
  for (const field of ["id", "type", "call_id", "name", "namespace"]) {
    if (item[field] !== stand.item[field]) return `an item's ${field} changes`
  }
  if (textOf?.(item) !== (isBare ? undefined : stand.text)) return "an item without its text"
  const isCall = type === "function_call" || type === "custom_tool_call"
  if ("status" in (start ?? {}) && item.status !== "completed" && (isCall || item.status !== "incomplete"))
    return "an item without status"
  if (type === "function_call" && !isJsonObject(JSON.parse(stand.text))) return `arguments ${stand.text}`
  stand.output.push(item)
  stand.place = "between"
  return undefined
}

const onPart = (stand: Stand, event: JsonObject, writing: Writing): string | undefined => {
  const [added, , type] = writing.part ?? []
  const part = object(event.part)
  if (part.type !== type) return `a part of type ${String(part.type)}`
  const isAdded = event.type === added
  if (stand.place !== (isAdded ? "item" : "written")) return `${String(event.type)} in ${stand.place}`
  if (part.text !== (isAdded ? "" : stand.text)) return "a part without its text"
  stand.place = isAdded ? "part" : "whole"
  return undefined
}

/** The events inside an item. */
const onInner = (stand: Stand, event: JsonObject): string | undefined => {
  const writing = writings[String(stand.item.type)]
  if (stand.place === "between" || writing === undefined) return `${String(event.type)} outside an item`
  if (event.item_id !== stand.item.id || event.output_index !== stand.output.length) return "an event of another item"
  for (const index of ["content_index", "summary_index"])
    if (index in event && event[index] !== 0) return `a second ${index}`
  if (writing.part?.includes(String(event.type))) return onPart(stand, event, writing)
  if (stand.place !== (writing.part === undefined ? "item" : "part")) return `${String(event.type)} in ${stand.place}`
  if (event.type === writing.delta) {
    if (typeof event.delta !== "string" || event.delta === "") return "an empty delta"
    stand.text += event.delta
    return undefined
  }
  if (event.type !== writing.done) return `${String(event.type)} in a ${String(stand.item.type)}`
  if (event[writing.field] !== stand.text) return "an end without the text of the deltas"
  stand.place = writing.part === undefined ? "whole" : "written"
  return undefined
}

const step = (stand: Stand, event: JsonObject): string | undefined => {
  if (stand.place === "END") return `${String(event.type)} after the end`
  if ("response" in event) return onResponse(stand, event)
  if (stand.place === "S0" || stand.place === "S1") return `${String(event.type)} before the response began`
  if (event.type === "keepalive") return undefined
  if (event.type === "response.output_item.added") return onAdded(stand, event)
  return event.type === "response.output_item.done" ? onDone(stand, event) : onInner(stand, event)
}

const responseEvents = new Set(
  ["created", "in_progress", "completed", "incomplete", "failed"].map((kind) => `response.${kind}`)
)

/**
 * What in a stream's text breaks the grammar, or undefined. `ended` asks for the end too.
 *
 * @see wire contract, section 8
 */
export const grammarProblem = (text: string, ended: boolean): string | undefined => {
  const [rest, events] = pushSse(initialSseDecode, text)
  if (rest.line !== "" || rest.data !== undefined) return "the text ends inside an event"
  const stand: Stand = { place: "S0", responseId: undefined, item: {}, text: "", output: [] }
  for (const [index, { event, data }] of events.entries()) {
    if (data.includes("\n")) return "data of several lines"
    const value: unknown = JSON.parse(data)
    if (!isJsonObject(value) || value.type !== event) return `event name ${String(event)} for ${data}`
    if (value.sequence_number !== index) return `number ${String(value.sequence_number)} where ${index} was due`
    if ("response" in value !== responseEvents.has(String(event))) return `a response in ${String(event)}`
    const problem = step(stand, value)
    if (problem !== undefined) return problem
  }
  return ended && stand.place !== "END" ? `the stream ends in ${stand.place}` : undefined
}
