import { createHash } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"

/**
 * What an installation was made from: a hash over files and plain values. A file that is absent counts as empty.
 * @param {ReadonlyArray<string>} files
 * @param {ReadonlyArray<string>} values
 */
export function fingerprint(files, values) {
  const hash = createHash("sha256")
  for (const value of values) hash.update(`${value}\0`)
  for (const file of files) hash.update(textOf(file) ?? "").update("\0")
  return hash.digest("hex")
}

/** @param {string} stamp */
export const readStamp = (stamp) => textOf(stamp)?.trim()

/**
 * Written last, so that an interrupted installation has none.
 * @param {string} stamp
 * @param {string} value
 */
export const writeStamp = (stamp, value) => writeFileSync(stamp, `${value}\n`)

/** @param {string} stamp */
export const removeStamp = (stamp) => rmSync(stamp, { force: true })

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
