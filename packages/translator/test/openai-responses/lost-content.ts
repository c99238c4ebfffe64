import { type Conversation, isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** Fields of items and parts that hold no content. */
const administration = new Set(["type", "id", "role", "status", "phase", "detail", "annotations", "namespace"])

/** The bytes of a data URL are kept, not the URL. */
const kept = (text: string): string => /^data:[^,]*;base64,(.*)$/s.exec(text)?.[1] ?? text

const isOurs = (text: string): boolean => text.startsWith("pensieve1.")

/** Every string inside a value, so that their number counts too. */
const leaves = (value: Json | undefined): ReadonlyArray<string> => {
  if (typeof value === "string") return isOurs(value) ? [] : [kept(value)]
  if (typeof value !== "object" || value === null) return []
  if (!isJsonObject(value)) return value.flatMap(leaves)
  const hasWhole = value.type === "reasoning" && Array.isArray(value.content) && value.content.length > 0
  return Object.entries(value).flatMap(([key, child]) =>
    administration.has(key) || (hasWhole && key === "summary") ? [] : leaves(child)
  )
}

const toolContent = (tool: Json): ReadonlyArray<string> => {
  if (!isJsonObject(tool)) return []
  if (tool.type === "namespace" && Array.isArray(tool.tools)) {
    return [...leaves(tool.description), ...tool.tools.flatMap(toolContent)]
  }
  if (tool.type !== "function" && tool.type !== "custom") return leaves(tool.name)
  const format = isJsonObject(tool.format) ? leaves(tool.format.definition) : []
  const schema = tool.parameters === undefined || tool.parameters === null ? [] : [JSON.stringify(tool.parameters)]
  return [...leaves(tool.name), ...leaves(tool.description), ...format, ...schema]
}

const itemContent = (item: Json): ReadonlyArray<string> =>
  isJsonObject(item) && item.type === "additional_tools" && Array.isArray(item.tools)
    ? item.tools.flatMap(toolContent)
    : leaves(item)

/** What of a request must reach the Conversation: all content, and all of the tools a client can run. */
const sentContent = (body: JsonObject): ReadonlyArray<string> => [
  ...leaves(body.instructions),
  ...(Array.isArray(body.input) ? body.input.flatMap(itemContent) : leaves(body.input)),
  ...(Array.isArray(body.tools) ? body.tools.flatMap(toolContent) : [])
]

/** What a Conversation and its notices hold. */
interface Found {
  /** Strings, each as often as it occurs. */
  readonly whole: Map<string, number>
  /** Where a text may stand inside a longer one: notices, joined names and descriptions, thoughts of several parts. */
  readonly around: Array<string>
}

const collect = (found: Found, value: unknown, loose: boolean): void => {
  if (typeof value === "string") {
    found.whole.set(kept(value), (found.whole.get(kept(value)) ?? 0) + 1)
    if (loose) found.around.push(value)
  } else if (Array.isArray(value)) {
    for (const item of value) collect(found, item, loose)
  } else if (isJsonObject(value)) {
    const open = loose || value.type === "reasoning"
    // Arguments that are written as everybody writes them are kept as their value only.
    if (value.type === "tool-call" && value.rawText === undefined) collect(found, JSON.stringify(value.input), loose)
    for (const [key, child] of Object.entries(value)) {
      if (key === "rawText" && isJsonObject(value.input) && value.input.arguments === child) continue
      collect(found, child, open || (value.type === "tool-call" && key === "name"))
    }
  }
}

/**
 * What a request says and neither the Conversation nor its notices do; empty if the content was conserved.
 *
 * Independent of the decoder: it takes every string of the body out of those of the result, one for one.
 */
export const lostContent = (body: JsonObject, conversation: Conversation): ReadonlyArray<string> => {
  const found: Found = { whole: new Map(), around: [] }
  const { system, turns, tools, notices } = conversation
  collect(found, { system, turns }, false)
  collect(
    found,
    tools.map((tool) => JSON.stringify(tool.inputSchema)),
    false
  )
  collect(found, [tools, notices], true)
  return sentContent(body).filter((wanted) => {
    const left = found.whole.get(wanted) ?? 0
    if (left > 0) found.whole.set(wanted, left - 1)
    return left === 0 && !found.around.some((text) => text.includes(wanted))
  })
}
