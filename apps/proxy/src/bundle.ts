// The bundle begins here: what Node compiles of it is kept for the next start, in the state folder, where no other user can put code.
import { stateFolder } from "@pensieve/operations/state-folder"
import { existsSync } from "node:fs"
import { enableCompileCache } from "node:module"
import { join } from "node:path"

const folder = stateFolder(process.env)
if (existsSync(folder)) enableCompileCache(join(folder, "cache", "program"))
await import("./main.ts")
