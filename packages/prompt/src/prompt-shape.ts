import type { JsonObject, TemplateFacts, TemplateTool } from "@pensieve/models"

/** What a prompt needs of a model family; a `Family` of `@pensieve/families` is one. */
export interface PromptFamily {
  /** `prompted`: tools, calls and results go as the texts below, whatever the template could do. */
  readonly toolForm: "native" | "prompted"
  toolPrompt(tools: ReadonlyArray<TemplateTool>): string
  renderCall(call: { readonly name: string; readonly input: JsonObject }): string
  renderResult(result: { readonly name?: string; readonly text: string }): string
  templateId(call: { readonly id: string; readonly name: string; readonly ordinal: number }): string
}

/** What the model's template takes, and how its family writes what the template does not. */
export interface PromptShape {
  readonly template: TemplateFacts
  readonly family: PromptFamily
}
