import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, globSync, readdirSync, renameSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { places } from "./places.ts"

const run = promisify(execFile)
const proxy = join(places.root, "apps/proxy")
/** Bundles lie beside the sources and as deep as they do: the program finds the engine from where it is. */
const prefix = ".bundle-"

/**
 * The `pensieve` command as it is built for users; made once for each state of the sources. It starts many times faster than the sources, so
 * tests that call it often take this one.
 */
export const bundledCommand = async (): Promise<string> => {
  const folder = join(proxy, `${prefix}${stateOfSources()}`)
  const program = join(folder, "main.js")
  if (existsSync(program)) return program
  const fresh = `${folder}.${process.pid}`
  await run("node_modules/.bin/tsup", ["--out-dir", fresh, "--no-sourcemap"], { cwd: proxy, timeout: 120_000 })
  try {
    renameSync(fresh, folder)
  } catch {
    // Another test run was faster with the same.
    rmSync(fresh, { recursive: true, force: true })
  }
  removeOld()
  return program
}

const stateOfSources = (): string => {
  const hash = createHash("sha256")
  const sources = globSync(
    ["apps/proxy/{src/**/*.ts,package.json,tsup.config.ts}", "packages/*/src/**/*.ts", "pnpm-lock.yaml"],
    {
      cwd: places.root
    }
  )
  for (const file of sources.sort()) hash.update(`${file} ${statSync(join(places.root, file)).mtimeMs}\n`)
  return hash.digest("hex").slice(0, 16)
}

/** A bundle of another state of the sources may still run in another test run for a while. */
const oldMs = 3_600_000

const removeOld = (): void => {
  for (const name of readdirSync(proxy)) {
    const folder = join(proxy, name)
    if (name.startsWith(prefix) && Date.now() - statSync(folder).mtimeMs > oldMs)
      rmSync(folder, { recursive: true, force: true })
  }
}
