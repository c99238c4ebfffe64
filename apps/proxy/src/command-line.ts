/** In a checkout there is no `pensieve` in PATH. */
const program = import.meta.url.endsWith(".ts") ? "npm run pensieve --" : "pensieve"

/** A command as the user would type it. */
export const commandLine = (words: string): string => `${program} ${words}`
