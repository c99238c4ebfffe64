import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/** A fresh folder in the system's temporary one, which goes when the test that asked for it ends. */
export const scratchFolder = (name: string): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `pensieve-${name}-`)))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
