import { comfortableWindow } from "@pensieve/operations"

/** What to say where a model's window is too small for an agent to work well; undefined where it is not, or not known. */
export const windowWarning = (window: number | undefined): string | undefined =>
  window === undefined || window >= comfortableWindow
    ? undefined
    : `The model's window is ${window.toLocaleString("en")} tokens. Claude Code needs about ${comfortableWindow.toLocaleString("en")} to work well: below that it summarises often, and far below it gives up.`
