import type { TemplateTool } from "@pensieve/models"
import type { PastCall } from "./family.ts"

const example: PastCall = { name: "get_weather", input: { city: "Paris" } }

/**
 * The tools and how to call them in a family's own form, as the end of a system prompt: for a model of the family whose
 * template shows no tools.
 */
export const nativeToolPrompt =
  (renderCall: (call: PastCall) => string) =>
  (tools: ReadonlyArray<TemplateTool>): string =>
    [
      "# Tools\n\nYou can call these tools. Each line is one tool: its name, what it does, and the JSON Schema of its arguments.",
      ...tools.map((tool) => JSON.stringify(tool.function)),
      `\nTo call a tool, write exactly this, here for a tool named ${example.name}:\n${renderCall(example)}`,
      "\nOnly call tools listed above. End your turn after the calls; the results come in the next message. If no tool is needed, answer in plain text."
    ].join("\n")

/** Whether a chat template or the vocabulary has all of these signs. */
export const hasSigns = (
  facts: { readonly templateText: string | null; readonly addedTokens: ReadonlyArray<string> },
  signs: ReadonlyArray<string>
): boolean => signs.every((sign) => (facts.templateText?.includes(sign) ?? false) || facts.addedTokens.includes(sign))

/** Whether the chat template itself has all of these signs. */
export const templateHas = (
  facts: { readonly templateText: string | null },
  ...signs: ReadonlyArray<string>
): boolean => signs.every((sign) => facts.templateText?.includes(sign) ?? false)
