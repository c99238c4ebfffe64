import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"

/** The folder of the package that a bundled file is from. */
const packageFolder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

/**
 * What the licences of bundled packages ask for: each package with its version and the text of its licence.
 *
 * @param metafile esbuild's, as JSON
 * @param from the folder that its paths begin at
 */
export const noticesOf = (metafile: string, from: string): string => {
  const { inputs }: { readonly inputs: object } = JSON.parse(metafile)
  const folders = new Set(Object.keys(inputs).flatMap((file) => packageFolder.exec(resolve(from, file))?.[0] ?? []))
  const notices = [...folders].map(noticeOf).sort()
  return `${["The program holds parts of these packages.", ...notices].join(`\n\n${"-".repeat(80)}\n\n`)}\n`
}

const noticeOf = (folder: string): string => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim())
  return [`${name} ${version} (${license})`, ...texts].join("\n\n")
}
