import type { Trace } from "@pensieve/operations"

/** A piece of a prompt, in the order in which the backend got it. */
interface Piece {
  readonly name: string
  readonly text: string
}

/** Where two prompts begin to differ. */
export interface PromptDifference {
  /** Characters that are the same from the beginning. */
  readonly same: number
  /** Characters of each. */
  readonly lengths: readonly [number, number]
  /** The piece in which they differ, and what stands there; undefined where they are the same. */
  readonly at?: { readonly pieces: readonly [string, string]; readonly texts: readonly [string, string] }
}

/** Characters shown on each side of a difference. */
const around = 60

/** The first difference of two prompts: everything behind it had to be read anew. */
export const promptDifference = (one: Trace, other: Trace): PromptDifference => {
  const [a, b] = [promptOf(one), promptOf(other)]
  const [textA, textB] = [a, b].map((pieces) => pieces.map(({ text }) => text).join("")) as [string, string]
  const same = commonLength(textA, textB)
  const lengths = [textA.length, textB.length] as const
  if (same === textA.length && same === textB.length) return { same, lengths }
  return {
    same,
    lengths,
    at: {
      pieces: [pieceAt(a, same), pieceAt(b, same)],
      texts: [excerpt(textA, same), excerpt(textB, same)]
    }
  }
}

const commonLength = (a: string, b: string): number => {
  const end = Math.min(a.length, b.length)
  for (let at = 0; at < end; at++) if (a.charCodeAt(at) !== b.charCodeAt(at)) return at
  return end
}

const pieceAt = (pieces: ReadonlyArray<Piece>, at: number): string => {
  let end = 0
  for (const { name, text } of pieces) {
    end += text.length
    if (at < end) return name
  }
  return "the end"
}

const excerpt = (text: string, at: number): string => text.slice(Math.max(0, at - around), at + around)

/** The prompt of a trace: tools first, as most templates have them, then the messages. */
const promptOf = ({ attempts, client }: Trace): ReadonlyArray<Piece> => {
  const body = attempts[0]?.sent ?? client?.body
  const fields = typeof body === "object" && body !== null ? body : {}
  const list = (name: string): ReadonlyArray<unknown> => {
    const value: unknown = Reflect.get(fields, name)
    return Array.isArray(value) ? value : value === undefined ? [] : [value]
  }
  const pieces = (name: string, title: (item: unknown, index: number) => string) =>
    list(name).map((item, index): Piece => ({ name: title(item, index), text: `${plain(item)}\n` }))
  return [
    ...pieces("tools", (tool, index) => `tool ${index + 1}${named(tool)}`),
    ...pieces("system", () => "the system prompt"),
    ...pieces("messages", (message, index) => `message ${index + 1} (${String(field(message, "role"))})`),
    ...pieces("input", (item, index) => `input ${index + 1} (${String(field(item, "role") ?? field(item, "type"))})`)
  ]
}

const plain = (item: unknown): string => {
  const content = field(item, "content")
  return typeof content === "string" ? `${String(field(item, "role"))}: ${content}` : JSON.stringify(item)
}

const field = (item: unknown, name: string): unknown =>
  typeof item === "object" && item !== null ? Reflect.get(item, name) : undefined

const named = (tool: unknown): string => {
  const name = field(tool, "name") ?? field(field(tool, "function"), "name")
  return typeof name === "string" ? ` (${name})` : ""
}
