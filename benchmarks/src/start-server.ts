import { spawn } from "node:child_process"
import { createInterface } from "node:readline"

/** A server that one of the benchmarks has started. */
export interface StartedServer {
  readonly port: number
  readonly pid: number
  readonly stop: () => void
}

/** Starts a file of this folder that prints its port. */
export const startServer = async (file: string, ...args: ReadonlyArray<string>): Promise<StartedServer> => {
  const path = new URL(file, import.meta.url).pathname
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] })
  for await (const line of createInterface({ input: child.stdout }))
    return { port: Number(line), pid: child.pid ?? -1, stop: () => void child.kill() }
  throw new Error(`${file} ended`)
}
