import { fileURLToPath } from "node:url"

const fromHere = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Where the parts of this checkout are. */
export const places = {
  root: fromHere("../../.."),
  /** What the checkout fetches for itself. */
  tools: fromHere("../../../.tools"),
  main: fromHere("../../../apps/proxy/src/main.ts"),
  bridge: fromHere("../../../python_bridge"),
  python: fromHere("../../../python_bridge/.venv/bin/python"),
  demoModel: fromHere("../../../python_bridge/demo_model/pensieve-demo")
}
