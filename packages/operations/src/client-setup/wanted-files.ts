import { existsSync } from "node:fs"
import { join } from "node:path"
import { claudeCodeSettings, claudeCodeState, type ProxyFacts } from "./claude-code.ts"
import { codexConfiguration } from "./codex.ts"
import type { WantedFile } from "./setup-client.ts"
import { vscodeSettings } from "./vscode.ts"

/** The clients that can be set up. */
export const clients = ["claude-code", "codex", "vscode"] as const
export type Client = (typeof clients)[number]

/** Where the user's files are. */
export interface UserPlaces {
  /** His home folder. */
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
}

/** The files of a client and what is wanted in them; none where the client is not there. */
export const wantedFiles = (client: Client, facts: ProxyFacts, places: UserPlaces): ReadonlyArray<WantedFile> => {
  switch (client) {
    case "claude-code":
      return claudeCodeFiles(facts, places)
    case "codex":
      return [
        {
          path: join(places.env["CODEX_HOME"] || join(places.home, ".codex"), "config.toml"),
          changes: codexConfiguration(facts)
        }
      ]
    case "vscode":
      return editorFolders(places).map((folder) => ({
        path: join(folder, "User", "settings.json"),
        changes: vscodeSettings(facts)
      }))
  }
}

/** Claude Code's own state stands beside its folder, or in it when the user has named one. */
const claudeCodeFiles = (facts: ProxyFacts, { env, home }: UserPlaces): ReadonlyArray<WantedFile> => {
  const named = env["CLAUDE_CONFIG_DIR"] || undefined
  return [
    { path: join(named ?? join(home, ".claude"), "settings.json"), changes: claudeCodeSettings(facts) },
    { path: join(named ?? home, ".claude.json"), changes: claudeCodeState }
  ]
}

/** VS Code and the editors made from it that have Claude Code's extension. */
const editorNames = ["Code", "Code - Insiders", "VSCodium", "Cursor"]

const editorFolders = ({ env, home, platform }: UserPlaces): ReadonlyArray<string> => {
  const root =
    platform === "darwin"
      ? join(home, "Library", "Application Support")
      : env["XDG_CONFIG_HOME"] || join(home, ".config")
  return editorNames.map((name) => join(root, name)).filter((folder) => existsSync(folder))
}
