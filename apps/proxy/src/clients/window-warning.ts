import { comfortableWindow, type ProxyFacts } from "@pensieve/operations"

/** What to say where a model's window is not known, or too small for an agent to work well; undefined where all is well. */
export const windowWarning = ({ window, modelName }: ProxyFacts): string | undefined => {
  if (modelName === undefined) return undefined
  if (window === undefined)
    return "The server does not tell the model's window, so Claude Code assumes a million tokens. Name it by `window` in config.yaml, or --window."
  if (window >= comfortableWindow) return undefined
  const [has, needs] = [window, comfortableWindow].map((tokens) => tokens.toLocaleString("en"))
  return `The model's window is ${has} tokens. Claude Code needs about ${needs} to work well: below that it summarises often, and far below it gives up.`
}
