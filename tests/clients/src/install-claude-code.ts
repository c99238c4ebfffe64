import { execFile } from "node:child_process"
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { TestProject } from "vitest/node"

const run = promisify(execFile)
const packageName = "@anthropic-ai/claude-code"
/** The version the tests are written for; CLAUDE_CODE_VERSION takes another, `latest` the newest. */
const pinnedVersion = "2.1.330"
const cache = process.env["PENSIEVE_CLIENT_CACHE"] ?? fileURLToPath(new URL("../.client-cache", import.meta.url))

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the real client. */
    claudeCode: string
  }
}

/** Installs the real Claude Code from npm once a version, and tells the tests where it is. */
export default async function setup(project: TestProject): Promise<void> {
  const wanted = process.env["CLAUDE_CODE_VERSION"] ?? pinnedVersion
  const version = wanted === "latest" ? await newestVersion() : wanted
  project.provide("claudeCode", await installed(version))
}

const newestVersion = async (): Promise<string> =>
  (await run("npm", ["view", packageName, "version"], { timeout: 60_000 })).stdout.trim()

const installed = async (version: string): Promise<string> => {
  const folder = join(cache, `claude-code-${version}`)
  const binary = join(folder, "node_modules", packageName, "bin", "claude.exe")
  if (existsSync(join(folder, "complete"))) return binary
  console.error(`installing ${packageName} ${version} (once)`)
  const fresh = `${folder}.${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  await run(
    "npm",
    [
      "install",
      "--prefix",
      fresh,
      "--no-audit",
      "--no-fund",
      "--no-package-lock",
      "--ignore-scripts",
      "--force",
      `${packageName}@${version}`
    ],
    {
      timeout: 400_000
    }
  )
  // The package's own install script puts the program of this platform into place.
  await run(process.execPath, ["install.cjs"], { cwd: join(fresh, "node_modules", packageName), timeout: 60_000 })
  writeFileSync(join(fresh, "complete"), "")
  rmSync(folder, { recursive: true, force: true })
  renameSync(fresh, folder)
  return binary
}
