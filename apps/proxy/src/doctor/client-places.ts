import type { SettingsPlace } from "@pensieve/operations"
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

/**
 * The places that may tell Claude Code where to go, strongest first. Settings beat the shell.
 *
 * @param project the folder it would be started in
 */
export const clientPlaces = (env: NodeJS.ProcessEnv, project: string): ReadonlyArray<SettingsPlace> => {
  const home = env["HOME"] || homedir()
  const own = env["CLAUDE_CONFIG_DIR"] || join(home, ".claude")
  const files = [
    process.platform === "darwin"
      ? "/Library/Application Support/ClaudeCode/managed-settings.json"
      : "/etc/claude-code/managed-settings.json",
    join(project, ".claude", "settings.local.json"),
    join(project, ".claude", "settings.json"),
    join(own, "settings.json")
  ]
  return [...files.flatMap(readPlace), { name: "the shell", env: textsOf(env) }]
}

const readPlace = (file: string): ReadonlyArray<SettingsPlace> => {
  try {
    const settings: unknown = JSON.parse(readFileSync(file, "utf8"))
    const helper = fieldOf(settings, "apiKeyHelper")
    return [
      {
        name: file,
        env: textsOf(fieldOf(settings, "env")),
        ...(typeof helper === "string" ? { apiKeyHelper: helper } : {})
      }
    ]
  } catch {
    return []
  }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

const textsOf = (value: unknown): Record<string, string> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, text]) => (typeof text === "string" ? [[name, text] as const] : []))
      )
    : {}
