import { stateFolder } from "@pensieve/operations/state-folder"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const fromHere = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** An installed command has the engine's sources beside it; in a checkout they are a folder of the repository. */
const installed = existsSync(fromHere("./python_bridge"))
const bridge = fromHere(installed ? "./python_bridge" : "../../../python_bridge")

const given = process.env["PENSIEVE_VENV"] || undefined
const venv = given ?? (installed ? join(stateFolder(process.env), "python") : join(bridge, ".venv"))

/** Where the parts of this program are. */
export const places = {
  /** The engine's package folder. */
  bridge,
  /** The engine's Python environment. */
  venv,
  /** Who makes it: its user, the installed command at first use, or a checkout's bootstrap. */
  venvBy: given !== undefined ? "user" : installed ? "command" : "checkout",
  /** Its interpreter. */
  python: join(venv, "bin/python"),
  demoModel: join(bridge, "demo_model/pensieve-demo"),
  /** Folders of models beside the program. */
  models: installed ? [] : [fromHere("../../../models")]
} as const

/** Whether the engine's environment is there. */
export const pythonIsThere = (): boolean => existsSync(places.python)
