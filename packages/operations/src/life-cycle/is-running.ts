import { readFileSync } from "node:fs"

/** Whether there is a process of this id, whoever's it is. One that has ended and was not yet asked how, is not: in a container nobody may ask. */
export const isRunning = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
  return !isZombie(pid)
}

/** @see proc_pid_stat(5): the state is the first field behind the name, which stands in parentheses */
const isZombie = (pid: number): boolean => {
  if (process.platform !== "linux") return false
  try {
    return /^.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}
