import { spawnSync } from "node:child_process"

/** One process of this machine. */
interface Process {
  readonly pid: number
  readonly parent: number
  /** A state that begins with Z is that of a process that has ended and is not buried yet. */
  readonly state: string
}

/** Every process there is. `ps` takes these words on Linux and on macOS. */
const processes = (): ReadonlyArray<Process> => {
  const { stdout, error } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" })
  if (error !== undefined) throw new Error("`ps` is needed to see which processes there are", { cause: error })
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, state] = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? []
    return state === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state }]
  })
}

/** Children of a process. */
export const childrenOf = (pid: number): ReadonlyArray<number> =>
  processes()
    .filter((one) => one.parent === pid && !one.state.startsWith("Z"))
    .map((one) => one.pid)

/** Whether a process is there and not a zombie. */
export const isAlive = (pid: number): boolean =>
  processes().some((one) => one.pid === pid && !one.state.startsWith("Z"))
