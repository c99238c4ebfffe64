import type { Conversation, ToolCallPart } from "@pensieve/models"

/** Names as an upstream takes them, and back. */
export interface WireNames {
  readonly toWire: (name: string) => string
  /** Own names by the names that were sent, for those that differ. */
  readonly fromWire: ReadonlyMap<string, string>
}

/** FNV-1a over UTF-16 units, as seven characters: tells two long names with the same beginning apart. */
const hash = (text: string): string => {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0
  return value.toString(36).padStart(7, "0")
}

/** A name of at most 64 characters that depends on nothing but the whole name: the same in every request. */
const shortened = (name: string, attempt: number): string =>
  `${name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 56)}_${hash(attempt === 0 ? name : `${name} ${attempt}`)}`

/** Names as they are where an upstream takes them, else shortened to 64 letters, digits, `_` and `-`. */
export const wireNames = (names: Iterable<string>, allowed: RegExp): WireNames => {
  const taken = new Set<string>()
  const others: Array<string> = []
  for (const name of new Set(names)) {
    if (allowed.test(name)) taken.add(name)
    else others.push(name)
  }
  const wire = new Map<string, string>()
  for (const name of others) {
    let attempt = 0
    while (taken.has(shortened(name, attempt))) attempt++
    const short = shortened(name, attempt)
    taken.add(short)
    wire.set(name, short)
  }
  return {
    toWire: (name) => wire.get(name) ?? name,
    fromWire: new Map([...wire].map(([name, short]) => [short, name]))
  }
}

/** The names of a conversation's tools, also of those that are only called or chosen. */
export const toolNamesIn = (
  { tools, toolChoice }: Conversation,
  calls: ReadonlyArray<ToolCallPart>
): Iterable<string> => {
  const names = new Set(tools.map((tool) => tool.name))
  if (toolChoice.type === "tool") names.add(toolChoice.name)
  for (const { name } of calls) names.add(name)
  return names
}

/**
 * What OpenAI's APIs and the servers that follow them take for a function's name.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create, `tools[].function.name`
 */
export const openaiName = /^[a-zA-Z0-9_-]{1,64}$/
