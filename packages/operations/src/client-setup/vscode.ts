import type { Change } from "./change.ts"
import { claudeCodeEnvironment, type ProxyFacts } from "./claude-code.ts"

/**
 * What goes into an editor's user settings for the Claude Code extension, which does not reliably read Claude Code's own.
 *
 * @see wire contract, section 7.5
 */
export const vscodeSettings = (facts: ProxyFacts): ReadonlyArray<Change> => [
  {
    path: ["claudeCode.environmentVariables"],
    value: Object.entries(claudeCodeEnvironment(facts)).map(([name, value]) => ({ name, value })),
    byName: true
  },
  { path: ["claudeCode.disableLoginPrompt"], value: true }
]
