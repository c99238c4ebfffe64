/** Lets the corpus scorer drive our parsers: chunks in; text, thinking and calls out. `PENSIEVE_CORPUS_FORM` is `text` or `tokens`. */
import { familyNamed, prompted } from "../src/index.ts"

const form = process.env.PENSIEVE_CORPUS_FORM ?? "text"

/** The corpus' own family names, where ours differ. */
const ours = { qwen3_thinking: "hermes", cogito: "deepseek_v3", pythonic: "llama4", glm47: "glm45" }

/** Their templates never open the reasoning, the models do; the corpus' flag says only that thinking was asked for. */
const openThemselves = new Set(["lfm2"])

const think = ["<think>", "</think>"]
const toolCall = ["<tool_call>", "</tool_call>"]
const deepseek = [
  "<｜tool▁calls▁begin｜>",
  "<｜tool▁calls▁end｜>",
  "<｜tool▁call▁begin｜>",
  "<｜tool▁sep｜>",
  "<｜tool▁call▁end｜>"
]

/** Markers that are single tokens of the family's vocabularies. */
const tokenMarkers = {
  command_r: [
    "<|START_ACTION|>",
    "<|END_ACTION|>",
    "<|START_THINKING|>",
    "<|END_THINKING|>",
    "<|START_RESPONSE|>",
    "<|END_RESPONSE|>"
  ],
  deepseek_v3: [...deepseek, ...think],
  deepseek_v31: [...deepseek, ...think],
  deepseek_v32: think,
  functiongemma: ["<start_function_call>", "<end_function_call>", "<escape>", "<start_function_response>"],
  gemma4: ["<|tool_call>", "<tool_call|>", '<|"|>', "<|channel>", "<channel|>", "<|tool_response>", "<turn|>"],
  glm45: [...toolCall, "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", ...think],
  granite: ["<|tool_call|>"],
  harmony: ["<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>"],
  hermes: [...toolCall, ...think],
  kimi_k2: [
    "<|tool_calls_section_begin|>",
    "<|tool_calls_section_end|>",
    "<|tool_call_begin|>",
    "<|tool_call_argument_begin|>",
    "<|tool_call_end|>"
  ],
  lfm2: ["<|tool_call_start|>", "<|tool_call_end|>", ...think],
  llama3_json: ["<|python_tag|>", "<|eom_id|>"],
  llama4: ["<|python_start|>", "<|python_end|>"],
  minimax_m2: ["<minimax:tool_call>", "</minimax:tool_call>", ...think],
  mistral: ["[TOOL_CALLS]"],
  mistral_v11: ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]"],
  phi4: ["<|tool_call|>", "<|/tool_call|>"],
  qwen3_coder: [...toolCall, ...think],
  seed_oss: ["<seed:tool_call>", "</seed:tool_call>", "<seed:think>", "</seed:think>"]
}

/** `tokens`: markers come as marker pieces, as from a vocabulary that has them; one cut by a chunk is joined first. */
const toPieces = (chunks, markers) => {
  if (markers.length === 0) return chunks.map((text) => ({ text }))
  const longestFirst = markers
    .toSorted((a, b) => b.length - a.length)
    .map((marker) => marker.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
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
    opensReasoning: promptOpensThinking && !openThemselves.has(name),
    toolNames: tools.map((tool) => tool.name),
    tools: tools.map((tool) => ({ name: tool.name, inputSchema: tool.input_schema ?? {} })),
    addedTokens: markers
  })
  const events = [...toPieces(chunks, markers).flatMap((piece) => parser.push(piece)), ...parser.end("stop")]
  return {
    text: events
      .map((event) => (event.type === "text" ? event.text : event.type === "malformed-call" ? event.rawText : ""))
      .join(""),
    thinking: events.map((event) => (event.type === "reasoning" ? event.text : "")).join(""),
    calls: events.flatMap((event) => (event.type === "tool-call" ? [{ name: event.name, input: event.input }] : []))
  }
}
