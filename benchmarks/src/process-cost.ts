import { readdirSync, readFileSync } from "node:fs"

/** CPU time that all threads of a process have had, milliseconds, to the nanosecond (Linux). */
export const cpuMs = (pid: number): number => {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`))
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0])
  return nanoseconds / 1e6
}

/** Memory of a process that lies in RAM, megabytes (Linux). */
export const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
