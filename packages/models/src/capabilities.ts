/** How a backend takes tools: by its own template or API, by a prompt we write, or not at all. */
export type ToolForm = "native" | "prompted" | "none"

/** Where a chat template takes a system turn. */
export type SystemPlacement = "none" | "first" | "anywhere"

/** What a backend can do, measured from the backend itself. */
export interface Capabilities {
  /** Model as the backend names it. */
  readonly modelName: string
  /** Tokens of prompt and answer together; undefined where the backend does not tell. */
  readonly window: number | undefined
  /** All models that can be asked for by name, where there are several; `modelName` answers for every other name. */
  readonly models?: ReadonlyArray<{ readonly id: string; readonly window: number | undefined }>
  readonly toolForm: ToolForm
  readonly reasoning: boolean
  readonly images: boolean
  /** Whether it runs web searches and other server tools itself; absent means it does not. */
  readonly serverTools?: boolean
  /** Whether its token counts are estimates, for want of its tokenizer; absent means they are exact. */
  readonly estimatesTokens?: boolean
  /** Whether the numbers of cached tokens it reports are real. */
  readonly reportsCache: boolean
  /** Name of the model family in `@pensieve/families`, for backends that show us raw model text. */
  readonly family: string
}
