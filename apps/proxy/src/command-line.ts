/** In a checkout there is no `pensieve` in PATH. */
const checkout = import.meta.url.endsWith(".ts")

/** A command as the user would type it. */
export const commandLine = (words: string): string => {
  if (!checkout) return `pensieve ${words}`
  const flags = /^start\b ?(.*)$/.exec(words)?.[1]
  if (flags === undefined) return `npm run pensieve -- ${words}`
  return flags === "" ? "npm start" : `npm start -- ${flags}`
}
