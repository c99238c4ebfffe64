import type { ModelPiece } from "@pensieve/models"
import type { EndReason, Family, FamilyEvent, ParserOptions } from "../src/index.ts"

/** The four tags, as a vocabulary that has each of them as one token. */
export const tags = ["<tool_call>", "</tool_call>", "<think>", "</think>"]

export const options = (more: Partial<ParserOptions> = {}): ParserOptions => ({
  opensReasoning: false,
  toolNames: ["f", "g"],
  addedTokens: [],
  ...more
})

/** Text with its tags as marker pieces, as a vocabulary that has them would send it. */
export const tokens = (text: string): ReadonlyArray<ModelPiece> =>
  text
    .split(/(<\/?tool_call>|<\/?think>)/)
    .filter((part) => part !== "")
    .map((part) => (tags.includes(part) ? { marker: part } : { text: part }))

/** Cuts a text at markers, each of which comes as a marker piece. */
export const markerPieces = (text: string, markers: ReadonlyArray<string>): ReadonlyArray<ModelPiece> => {
  const longestFirst = markers
    .toSorted((a, b) => b.length - a.length)
    .map((marker) => marker.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return text
    .split(new RegExp(`(${longestFirst.join("|")})`))
    .filter((part) => part !== "")
    .map((part) => (markers.includes(part) ? { marker: part } : { text: part }))
}

/** All events of one answer, neighbouring stretches of text and of reasoning joined. */
export const read = (
  family: Family,
  pieces: string | ReadonlyArray<ModelPiece>,
  parserOptions: ParserOptions = options(),
  reason: EndReason = "stop"
): ReadonlyArray<FamilyEvent> => {
  const parser = family.createParser(parserOptions)
  const sent = typeof pieces === "string" ? [{ text: pieces }] : pieces
  return joined([...sent.flatMap((piece) => parser.push(piece)), ...parser.end(reason)])
}

const joined = (events: ReadonlyArray<FamilyEvent>): ReadonlyArray<FamilyEvent> => {
  const all: Array<FamilyEvent> = []
  for (const event of events) {
    const last = all.at(-1)
    if (event.type === "text" && last?.type === "text")
      all[all.length - 1] = { type: "text", text: last.text + event.text }
    else if (event.type === "reasoning" && last?.type === "reasoning") {
      all[all.length - 1] = { type: "reasoning", text: last.text + event.text }
    } else all.push(event)
  }
  return all
}
