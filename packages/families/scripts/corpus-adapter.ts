/** Lets the corpus scorer drive our parsers: chunks in; text, thinking and calls out. */
import type { ModelPiece } from "@pensieve/models"
import { type FamilyEvent, familyNamed, prompted } from "../src/index.ts"

interface Case {
  readonly family: string
  readonly chunks: ReadonlyArray<string>
  readonly tools: ReadonlyArray<{ readonly name: string }>
  readonly promptOpensThinking: boolean
}

const markers = ["<tool_call>", "</tool_call>", "<think>", "</think>"]
const form = process.env["PENSIEVE_CORPUS_FORM"] ?? "text"

/** The corpus' own family names, where ours differ. */
const ours: Record<string, string> = { qwen3_thinking: "hermes" }

/** `tokens`: the tags come as marker pieces, as from a vocabulary that has them; a tag cut by a chunk is joined first. */
const toPieces = (chunks: ReadonlyArray<string>): ReadonlyArray<ModelPiece> =>
  form === "tokens"
    ? chunks
        .join("")
        .split(/(<\/?tool_call>|<\/?think>)/)
        .filter((text) => text !== "")
        .map((text) => (markers.includes(text) ? { marker: text } : { text }))
    : chunks.map((text) => ({ text }))

export const parse = (input: Case) => {
  const name = form === "prompted" ? "prompted" : (ours[input.family] ?? input.family)
  const parser = (familyNamed(name) ?? prompted).createParser({
    opensReasoning: input.promptOpensThinking,
    toolNames: input.tools.map((tool) => tool.name),
    addedTokens: form === "tokens" ? markers : []
  })
  const events: ReadonlyArray<FamilyEvent> = [
    ...toPieces(input.chunks).flatMap((piece) => parser.push(piece)),
    ...parser.end("stop")
  ]
  return {
    text: events
      .map((event) => (event.type === "text" ? event.text : event.type === "malformed-call" ? event.rawText : ""))
      .join(""),
    thinking: events.map((event) => (event.type === "reasoning" ? event.text : "")).join(""),
    calls: events.flatMap((event) => (event.type === "tool-call" ? [{ name: event.name, input: event.input }] : []))
  }
}
