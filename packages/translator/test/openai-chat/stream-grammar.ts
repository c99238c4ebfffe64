import { initialSseDecode, pushSse } from "@pensieve/framing"
import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** Where the checker stands in a stream. */
interface Stand {
  place: "S0" | "open" | "finished" | "usage" | "END"
  head: string
  /** Name and arguments of each call. */
  readonly calls: Array<{ readonly name: string; json: string }>
  readonly ids: Set<string>
}

const object = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})

const onCall = (stand: Stand, call: JsonObject): string | undefined => {
  const { name, arguments: json } = object(call.function)
  if (typeof json !== "string") return "a call fragment without arguments"
  if (call.id === undefined) {
    const last = stand.calls.at(-1)
    if (last === undefined || call.index !== stand.calls.length - 1) return `fragment of call ${String(call.index)}`
    last.json += json
    return undefined
  }
  if (call.index !== stand.calls.length) return `call ${String(call.index)} where ${stand.calls.length} was due`
  if (call.type !== "function" || typeof name !== "string" || json !== "")
    return "a call that begins without type or name"
  if (typeof call.id !== "string" || stand.ids.has(call.id)) return `a call with the id ${String(call.id)}`
  stand.ids.add(call.id)
  stand.calls.push({ name, json: "" })
  return undefined
}

const onFinish = (stand: Stand, reason: Json | undefined): string | undefined => {
  stand.place = "finished"
  if (!["stop", "length", "tool_calls", "content_filter"].includes(String(reason)))
    return `finish_reason ${String(reason)}`
  if ((reason === "tool_calls") !== stand.calls.length > 0) return `${String(reason)} after ${stand.calls.length} calls`
  const broken = stand.calls.find(({ json }) => !isJsonObject(JSON.parse(json)))
  return broken === undefined ? undefined : `the arguments of a call are ${broken.json}`
}

const onChoice = (stand: Stand, choice: JsonObject): string | undefined => {
  const delta = object(choice.delta)
  if (choice.index !== 0) return `choice ${String(choice.index)}`
  if (stand.place === "S0") {
    stand.place = "open"
    return delta.role === "assistant" && choice.finish_reason === null ? undefined : "a first chunk without role"
  }
  if (stand.place !== "open") return `a choice in ${stand.place}`
  if (delta.role !== undefined) return "a second role"
  if (choice.finish_reason !== null)
    return Object.keys(delta).length > 0 ? "content at the end" : onFinish(stand, choice.finish_reason)
  if (Object.keys(delta).length !== 1) return `a chunk with ${Object.keys(delta).length} things`
  const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : []
  return calls.map((call) => onCall(stand, object(call))).find((problem) => problem !== undefined)
}

const onUsage = (stand: Stand, chunk: JsonObject): string | undefined => {
  if (stand.place !== "finished") return `the tokens in ${stand.place}`
  stand.place = "usage"
  const { prompt_tokens: prompt, completion_tokens: answer, total_tokens: total } = object(chunk.usage)
  return Number(prompt) + Number(answer) === total ? undefined : "tokens that do not add up"
}

const onChunk = (stand: Stand, chunk: JsonObject, usage: boolean): string | undefined => {
  if (chunk.error !== undefined) {
    stand.place = "END"
    const { message, type, param, code } = object(chunk.error)
    return typeof message === "string" && typeof type === "string" && param !== undefined && code !== undefined
      ? undefined
      : "an error without its fields"
  }
  const head = JSON.stringify([chunk.id, chunk.object, chunk.created, chunk.model])
  if (stand.head !== "" && stand.head !== head) return `the head changes to ${head}`
  stand.head = head
  if (usage !== "usage" in chunk) return usage ? "a chunk without usage" : "usage nobody asked for"
  const choices = Array.isArray(chunk.choices) ? chunk.choices : []
  const [choice] = choices
  if (choice === undefined) return usage ? onUsage(stand, chunk) : "a chunk without choices nobody asked for"
  return choices.length === 1 ? onChoice(stand, object(choice)) : `${choices.length} choices`
}

const onDone = (stand: Stand, usage: boolean): string | undefined => {
  if (stand.place !== (usage ? "usage" : "finished")) return `[DONE] in ${stand.place}`
  stand.place = "END"
  return undefined
}

/**
 * What in a stream's text breaks the grammar, or undefined. `ended` asks for the end too.
 *
 * @param usage whether the client asked for the tokens
 * @see wire contract, section 8
 */
export const grammarProblem = (text: string, usage: boolean, ended: boolean): string | undefined => {
  const [rest, events] = pushSse(initialSseDecode, text)
  if (rest.line !== "" || rest.data !== undefined) return "the text ends inside an event"
  const stand: Stand = { place: "S0", head: "", calls: [], ids: new Set() }
  for (const { event, data } of events) {
    if (event !== undefined) return `an event with the name ${event}`
    if (data.includes("\n")) return "data of several lines"
    if (stand.place === "END") return `${data} after the end`
    const value: unknown = data === "[DONE]" ? undefined : JSON.parse(data)
    const problem = isJsonObject(value) ? onChunk(stand, value, usage) : onDone(stand, usage)
    if (problem !== undefined) return problem
  }
  return ended && stand.place !== "END" ? `the stream ends in ${stand.place}` : undefined
}
