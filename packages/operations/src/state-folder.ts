import { homedir } from "node:os"
import { join, resolve } from "node:path"

/** Where Pensieve keeps its state: `PENSIEVE_HOME`, else `~/.pensieve`. */
export const stateFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  resolve(env["PENSIEVE_HOME"] || join(env["HOME"] ?? homedir(), ".pensieve"))
