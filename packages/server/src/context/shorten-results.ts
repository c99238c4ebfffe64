import type { Conversation, Part } from "@pensieve/models"

/** Characters that stay of a text at least: its beginning and its end say what it was. */
const leastKept = 600
/** A text that is longer by less than this stays: the words that stand for what is left out have a length, too. */
const worthCutting = 200

/** A conversation of which something was left out. */
export interface Shortened {
  readonly conversation: Conversation
  /** Characters that were left out. */
  readonly cut: number
}

/**
 * A conversation without the middle of its longest tool results and user's texts, so that about as many characters are gone as was
 * asked for; fewer where there is nothing more to cut. The last words, which say what to do, stay.
 */
export const shortenResults = (conversation: Conversation, characters: number): Shortened => {
  const { turns, source } = conversation
  const instruction = turns.findLast(({ role }) => role === "user")?.parts.at(-1)
  const lengths: Array<number> = []
  mapTexts(conversation, instruction, (text) => {
    lengths.push(text.length)
    return text
  })
  const level = levelFor(lengths, characters)
  let cut = 0
  const shortened = mapTexts(conversation, instruction, (text) => {
    if (text.length <= level + worthCutting) return text
    cut += text.length - level
    return withoutMiddle(text, level)
  })
  // It can no longer go on as it was sent.
  return { conversation: { ...conversation, turns: shortened, source: { dialect: "changed", body: source.body } }, cut }
}

/** The length to which the longest have to be cut, so that together they lose as much as is wanted. */
const levelFor = (lengths: ReadonlyArray<number>, wanted: number): number => {
  let low = leastKept
  let high = Math.max(leastKept, ...lengths)
  while (low < high) {
    const level = Math.ceil((low + high) / 2)
    const lost = lengths.reduce((sum, length) => sum + (length > level + worthCutting ? length - level : 0), 0)
    if (lost >= wanted) low = level
    else high = level - 1
  }
  return low
}

/** Turns in which the texts of tool results and of the user are replaced. */
const mapTexts = (
  { turns }: Conversation,
  instruction: Part | undefined,
  replace: (text: string) => string
): Conversation["turns"] => {
  const inPart = (part: Part): Part => {
    if (part === instruction) return part
    if (part.type === "text") return { ...part, text: replace(part.text) }
    return part.type === "tool-result" ? { ...part, parts: part.parts.map(inPart) } : part
  }
  return turns.map((turn) => (turn.role === "user" ? { ...turn, parts: turn.parts.map(inPart) } : turn))
}

const withoutMiddle = (text: string, kept: number): string => {
  const half = Math.floor(kept / 2)
  const [start, end] = [text.slice(0, half), text.slice(-half)]
  const note = `[… ${text.length - 2 * half} characters are left out here, so that the conversation can be summed up …]`
  // Half a character is none.
  return `${start.replace(/[\ud800-\udbff]$/, "")}\n${note}\n${end.replace(/^[\udc00-\udfff]/, "")}`
}
