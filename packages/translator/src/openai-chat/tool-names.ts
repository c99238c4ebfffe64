import type { Conversation } from "@pensieve/models"

/** Tool names as an upstream takes them, and back. */
export interface ToolNames {
  readonly toWire: (name: string) => string
  /** Own names by the names that were sent, for those that differ. */
  readonly fromWire: ReadonlyMap<string, string>
}

/** What OpenAI and most servers take for a function's name. */
const wireName = /^[a-zA-Z0-9_-]{1,64}$/

/** FNV-1a over UTF-16 units, as seven characters: tells two long names with the same beginning apart. */
const hash = (text: string): string => {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0
  return value.toString(36).padStart(7, "0")
}

/** A name of at most 64 characters that depends on nothing but the whole name: the same in every request. */
const shortened = (name: string, attempt: number): string =>
  `${name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 56)}_${hash(attempt === 0 ? name : `${name} ${attempt}`)}`

const namesIn = ({ tools, turns, toolChoice }: Conversation): ReadonlyArray<string> => [
  ...tools.map((tool) => tool.name),
  ...(toolChoice.type === "tool" ? [toolChoice.name] : []),
  ...turns.flatMap((turn) => turn.parts.flatMap((part) => (part.type === "tool-call" ? [part.name] : [])))
]

/**
 * The names of a conversation's tools for the wire: as they are where an upstream takes them, else shortened.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create, `tools[].function.name`
 */
export const toolNames = (conversation: Conversation): ToolNames => {
  const names = new Set(namesIn(conversation))
  const taken = new Set([...names].filter((name) => wireName.test(name)))
  const wire = new Map<string, string>()
  for (const name of names) {
    if (wireName.test(name)) continue
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
