/** Lets the corpus scorer drive our parsers: chunks in; text, thinking and calls out. `PENSIEVE_CORPUS_FORM` is `text` or `tokens`. */
import { familyNamed, prompted } from "../src/index.ts"

const form = process.env.PENSIEVE_CORPUS_FORM ?? "text"

/** The corpus' own family names, where ours differ. */
const ours = { qwen3_thinking: "hermes", cogito: "deepseek_v3", pythonic: "llama4", glm47: "glm45" }

/** Markers that are single tokens of the family's vocabularies. */
const tokenMarkers = {
  hermes: ["<tool_call>", "</tool_call>", "<think>", "</think>"],
  qwen3_coder: ["<tool_call>", "</tool_call>", "<think>", "</think>"]
}

/** `tokens`: markers come as marker pieces, as from a vocabulary that has them; one cut by a chunk is joined first. */
const toPieces = (chunks, markers) => {
  if (markers.length === 0) return chunks.map((text) => ({ text }))
  const longestFirst = markers.toSorted((a, b) => b.length - a.length).map((marker) => marker.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return chunks
    .join("")
    .split(new RegExp(`(${longestFirst.join("|")})`))
    .filter((text) => text !== "")
    .map((text) => (markers.includes(text) ? { marker: text } : { text }))
}

export const parse = ({ family, chunks, tools, promptOpensThinking }) => {
  const name = form === "prompted" ? "prompted" : (ours[family] ?? family)
  const markers = form === "tokens" ? (tokenMarkers[name] ?? []) : []
  const parser = (familyNamed(name) ?? prompted).createParser({
    opensReasoning: promptOpensThinking,
    toolNames: tools.map((tool) => tool.name),
    tools: tools.map((tool) => ({ name: tool.name, inputSchema: tool.input_schema ?? {} })),
    addedTokens: markers
  })
  const events = [...toPieces(chunks, markers).flatMap((piece) => parser.push(piece)), ...parser.end("stop")]
  return {
    text: events.map((event) => (event.type === "text" ? event.text : event.type === "malformed-call" ? event.rawText : "")).join(""),
    thinking: events.map((event) => (event.type === "reasoning" ? event.text : "")).join(""),
    calls: events.flatMap((event) => (event.type === "tool-call" ? [{ name: event.name, input: event.input }] : []))
  }
}
