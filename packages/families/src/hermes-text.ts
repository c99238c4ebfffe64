import type { TemplateTool } from "@pensieve/models"
import type { PastCall, PastResult } from "./family.ts"

/** Between these two a model writes a call, in the Hermes form. */
export const callMarkers = { start: "<tool_call>", end: "</tool_call>" }

/** Between these two a model of the Hermes and Qwen3 kind thinks. */
export const thinkMarkers = { start: "<think>", end: "</think>" }

/** A call as the Hermes form writes it. */
export const renderHermesCall = (call: PastCall): string =>
  `${callMarkers.start}\n{"name": ${JSON.stringify(call.name)}, "arguments": ${JSON.stringify(call.input)}}\n${callMarkers.end}`

/** A result as the Hermes form writes it, for a user turn. */
export const renderHermesResult = (result: PastResult): string => `<tool_response>\n${result.text}\n</tool_response>`

const head = `# Tools

You can call these tools. Each line is one tool: its name, what it does, and the JSON Schema of its arguments.
<tools>`

const tail = `</tools>

To call a tool, write its name and its arguments as one JSON object between ${callMarkers.start} and ${callMarkers.end}. Example, for a tool named get_weather:
${callMarkers.start}
{"name": "get_weather", "arguments": {"city": "Paris"}}
${callMarkers.end}

Rules:
- Only call tools listed above, with arguments that fit their schema.
- For several calls, write several such blocks one after the other.
- End your turn after the calls. The results come in the next message, between <tool_response> and </tool_response>. Never write results yourself.
- If no tool is needed, answer in plain text.`

/** The tools and how to call them, as the end of a system prompt. */
export const hermesToolPrompt = (tools: ReadonlyArray<TemplateTool>): string =>
  [head, ...tools.map((tool) => JSON.stringify(tool.function)), tail].join("\n")
