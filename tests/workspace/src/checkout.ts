import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The root of this checkout. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "")

/** Every file that git tracks or would track, relative to the root. */
export const files: ReadonlyArray<string> = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 1 << 26
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(`${root}/${file}`))

/** The text of one file. */
export const read = (file: string): string => readFileSync(`${root}/${file}`, "utf8")

/** What a package.json of ours may hold. */
interface Manifest {
  readonly name: string
  readonly description?: string
  readonly license?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string>>
}

/** One member of the workspace. */
export interface Member {
  /** `packages/errors` */
  readonly folder: string
  readonly manifest: Manifest
}

/** Every member of the workspace but the root. */
export const members: ReadonlyArray<Member> = files
  .filter((file) => /^((apps|packages|tests)\/[^/]+|benchmarks|scripts)\/package\.json$/.test(file))
  .map((file) => ({ folder: file.replace(/\/package\.json$/, ""), manifest: JSON.parse(read(file)) }))

/** The published packages. */
export const packages: ReadonlyArray<Member> = members.filter(({ folder }) => folder.startsWith("packages/"))

/** The TypeScript sources of one member. */
export const sourcesOf = ({ folder }: Member): ReadonlyArray<string> =>
  files.filter((file) => file.startsWith(`${folder}/src/`) && file.endsWith(".ts"))

/** Our own source files, TypeScript, JavaScript and Python: what the rules on names and length are about. */
export const sourceFiles: ReadonlyArray<string> = files.filter(
  (file) => /\.(ts|mjs|py)$/.test(file) && !/(^|\/)fixtures\//.test(file)
)

const importPattern =
  /^(?:import|export)\s(?:[^"'`=()]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm

/** What a TypeScript source imports or re-exports, in the order written. */
export const importsOf = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? "")

/** The package of an import: `effect/Stream` → `effect`, `@a/b/c` → `@a/b`; relative ones have none. */
export const packageOf = (specifier: string): string | undefined =>
  /^(\.|node:)/.test(specifier) ? undefined : /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]

/** A TypeScript source without its comments. */
export const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/[^\n]*/g, "$1")
