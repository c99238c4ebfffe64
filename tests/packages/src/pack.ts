import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The root of this checkout. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "")

/** The translator, and what it depends on in the workspace. */
export const packageNames = ["errors", "framing", "models", "translator"] as const

/** Longest time one command may take, in milliseconds. */
const limit = 240_000

const ownPnpm = join(root, ".tools/node_modules/.bin/pnpm")
/** The package manager: the one that the checkout has fetched, else the one in PATH. */
export const pnpm = existsSync(ownPnpm) ? ownPnpm : "pnpm"

/** Runs a command and gives what it wrote. What it says of its failure is the error's message. */
export const run = (command: string, args: ReadonlyArray<string>, cwd: string): string => {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe", timeout: limit })
  } catch (error) {
    const said =
      error instanceof Error && "stdout" in error && "stderr" in error ? [error.stdout, error.stderr] : [error]
    throw new Error(`${command} ${args.join(" ")} failed:\n${said.join("\n")}`, { cause: error })
  }
}

/** A folder of its own outside the workspace. */
export const makeFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), "pensieve-packed-")))

/** Builds the packages and packs each into a tarball, as they would be published; gives the tarballs by package. */
export const packAll = (folder: string): ReadonlyMap<string, string> => {
  run(pnpm, ["--filter", "@pensieve/translator...", "run", "build"], root)
  return new Map(
    packageNames.map((name) => {
      const target = join(folder, name)
      mkdirSync(target)
      run(pnpm, ["pack", "--pack-destination", target], join(root, "packages", name))
      return [`@pensieve/${name}`, join(target, readdirSync(target)[0] ?? "")]
    })
  )
}

const effect = realpathSync(join(root, "packages/translator/node_modules/effect"))

/** A program outside the workspace that has installed the tarballs, without any registry. */
export const makeApp = (folder: string, tarballs: ReadonlyMap<string, string>): string => {
  const app = join(folder, "app")
  mkdirSync(app)
  const overrides = Object.fromEntries([
    ...[...tarballs].map(([name, file]) => [name, `file:${file}`]),
    ["effect", `link:${effect}`]
  ])
  const dependencies = { "@pensieve/translator": overrides["@pensieve/translator"], effect: overrides.effect }
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module", dependencies }))
  writeFileSync(join(app, "pnpm-workspace.yaml"), JSON.stringify({ packages: [], overrides }))
  run(pnpm, ["install", "--offline", "--no-frozen-lockfile"], app)
  return app
}

/** One example of a document: a program, and what it prints. */
export interface Example {
  readonly code: string
  readonly prints: string
}

/** The examples of a package's README: every block of code with the block of output behind it. */
export const examplesOf = (name: string): ReadonlyArray<Example> =>
  [
    ...readFileSync(join(root, "packages", name, "README.md"), "utf8").matchAll(
      /^```ts\n([\s\S]*?)^```\n+```text\n([\s\S]*?)^```$/gm
    )
  ].map(([, code = "", prints = ""]) => ({ code, prints }))
