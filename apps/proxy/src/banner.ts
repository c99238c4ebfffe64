import { commandLine } from "./command-line.ts"

/** What a person should know once the proxy listens. */
export interface BannerFacts {
  readonly port: number
  readonly serving: { readonly titles: ReadonlyArray<string>; readonly demo: boolean }
  /** The configuration file, where there is one. */
  readonly file?: string
  /** Where the token is, or undefined when the user gave it. */
  readonly tokenFile: string | undefined
  /** It runs in the background. */
  readonly detached: boolean
  /** What is not as safe as it could be. */
  readonly warnings: ReadonlyArray<string>
}

/** A path as one word of a shell. */
const shellWord = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

/** The lines printed at start. */
export const banner = ({ port, serving, file, tokenFile, detached, warnings }: BannerFacts): string => {
  const url = `http://127.0.0.1:${port}`
  const token = tokenFile === undefined ? "$PENSIEVE_TOKEN" : `$(cat ${shellWord(tokenFile)})`
  if (detached)
    return [
      `pensieve: Pensieve listens on ${url} and runs in the background; this ends it: ${commandLine("stop")}`,
      ...serving.titles.map((title) => `pensieve: ${title}`),
      ...warnings.map((warning) => `pensieve: ${warning}`),
      ...(serving.demo ? ["pensieve: This is the built-in DEMO model, only there to show that everything works."] : [])
    ].join("\n")
  return [
    "",
    `  Pensieve listens on ${url}`,
    ...serving.titles.map((title) => `  ${title}`),
    ...(file === undefined ? [] : [`  Configuration: ${file}`]),
    ...warnings.map((warning) => `  ! ${warning}`),
    ...(serving.demo
      ? [
          "",
          "  This is the built-in DEMO model: a few megabytes that can greet, read a file and run a command, to show that everything works.",
          `  For real work take a real model:  ${commandLine("start --model mlx-community/Qwen3-4B-4bit")}`,
          "  or put a model folder under models/."
        ]
      : []),
    "",
    `  Claude Code:  ${commandLine("claude")}`,
    "  or, in any shell:",
    `    ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN="${token}" claude`,
    "",
    "  Ctrl-C stops it.",
    ""
  ].join("\n")
}
