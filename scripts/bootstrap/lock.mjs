import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/**
 * Holds a lock file while `work` runs, so that two commands started together do not install over each other.
 * A lock whose process is gone is taken over.
 * @template A
 * @param {string} file
 * @param {(line: string) => void} print
 * @param {() => Promise<A>} work
 */
export async function withLock(file, print, work) {
  mkdirSync(dirname(file), { recursive: true })
  let told = false
  while (!take(file)) {
    const owner = Number(textOf(file))
    if (!isAlive(owner)) {
      rmSync(file, { force: true })
      continue
    }
    if (!told) print(`- Waiting for the installation that process ${owner} is doing`)
    told = true
    await sleep(500)
  }
  const release = () => rmSync(file, { force: true })
  process.once("exit", release)
  try {
    return await work()
  } finally {
    process.off("exit", release)
    release()
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" })
    return true
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  }
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
