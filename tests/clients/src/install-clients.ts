import { execFile } from "node:child_process"
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { TestProject } from "vitest/node"

const run = promisify(execFile)
const cache = process.env["PENSIEVE_CLIENT_CACHE"] ?? fileURLToPath(new URL("../.client-cache", import.meta.url))

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the real Claude Code. */
    claudeCode: string
    /** Path of the real Codex. */
    codex: string
  }
}

/** A client on npm: the version the tests are written for, and the program inside the package. */
interface ClientPackage {
  readonly name: string
  /** Takes another version than the pinned one; `latest` is the newest. */
  readonly variable: string
  readonly pinned: string
  /** Path of the program inside the installation. */
  readonly program: string
  /** Script of the package that puts the program of this platform into place, if it has one. */
  readonly installScript?: string
}

const claudeCode: ClientPackage = {
  name: "@anthropic-ai/claude-code",
  variable: "CLAUDE_CODE_VERSION",
  pinned: "2.1.330",
  program: "node_modules/@anthropic-ai/claude-code/bin/claude.exe",
  installScript: "install.cjs"
}

const codex: ClientPackage = {
  name: "@openai/codex",
  variable: "CODEX_VERSION",
  pinned: "0.169.0",
  program: "node_modules/.bin/codex"
}

/** Installs the real clients from npm, once a version, and tells the tests where they are. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide("claudeCode", await installed(claudeCode))
  project.provide("codex", await installed(codex))
}

const versionOf = async (client: ClientPackage): Promise<string> => {
  const wanted = process.env[client.variable] ?? client.pinned
  return wanted === "latest"
    ? (await run("npm", ["view", client.name, "version"], { timeout: 60_000 })).stdout.trim()
    : wanted
}

const installed = async (client: ClientPackage): Promise<string> => {
  const version = await versionOf(client)
  const folder = join(cache, `${client.name.replaceAll(/[@/]/g, "-").slice(1)}-${version}`)
  const program = join(folder, client.program)
  if (existsSync(join(folder, "complete"))) return program
  console.error(`installing ${client.name} ${version} (once)`)
  const fresh = `${folder}.${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--force"]
  await run("npm", ["install", "--prefix", fresh, ...flags, `${client.name}@${version}`], { timeout: 400_000 })
  if (client.installScript !== undefined)
    await run(process.execPath, [client.installScript], {
      cwd: join(fresh, "node_modules", client.name),
      timeout: 60_000
    })
  writeFileSync(join(fresh, "complete"), "")
  rmSync(folder, { recursive: true, force: true })
  renameSync(fresh, folder)
  return program
}
