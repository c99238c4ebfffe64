/** Verbs behind which everything belongs to another program. */
const clients: ReadonlySet<string> = new Set(["claude", "codex"])

/** The words of a command line, in which a client's own flags are none of ours. */
export const commandWords = ([verb = "", ...rest]: ReadonlyArray<string>): ReadonlyArray<string> =>
  verb === "" ? [] : clients.has(verb) ? [verb, "--", ...rest] : [verb, ...rest]
