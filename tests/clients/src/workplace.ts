import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** A scratch project with a home of its own, as a new user has it. */
export interface Workplace {
  readonly home: string
  readonly project: string
  readonly remove: () => void
}

/** Makes a workplace whose project holds the given files. */
export const makeWorkplace = (files: Readonly<Record<string, string>>): Workplace => {
  const root = mkdtempSync(join(tmpdir(), "pensieve-client-"))
  const home = join(root, "home")
  const project = join(root, "project")
  mkdirSync(home)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true })
    writeFileSync(join(project, name), content)
  }
  return { home, project, remove: () => rmSync(root, { recursive: true, force: true }) }
}
