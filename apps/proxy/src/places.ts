import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const fromHere = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Where the parts of this checkout are. */
export const places = {
  /** The engine's package folder. */
  bridge: fromHere("../../../python_bridge"),
  /** Its interpreter; made by the bootstrap. */
  python: fromHere("../../../python_bridge/.venv/bin/python"),
  demoModel: fromHere("../../../python_bridge/demo_model/pensieve-demo"),
  models: fromHere("../../../models")
}

/** Whether the engine's environment is there. */
export const pythonIsThere = (): boolean => existsSync(places.python)
