import { Effect, type FileSystem, type Path } from "effect"
import type { Home } from "../home.ts"
import type { RunningProxy } from "./find-proxies.ts"
import { isRunning } from "./is-running.ts"
import { forgetRecord } from "./proxy-record.ts"

/** A proxy ends its answers within two seconds and its engine within three more. */
const graceMs = 10_000
const pollMs = 50

/** Ends a proxy that answered a moment ago, and waits until it is gone; gives whether it had to be killed. */
export const stopProxy = ({
  record
}: RunningProxy): Effect.Effect<"ended" | "killed", never, Home | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    send(record.pid, "SIGTERM")
    for (let waited = 0; waited < graceMs; waited += pollMs) {
      if (!isRunning(record.pid)) return "ended"
      yield* Effect.sleep(pollMs)
    }
    send(record.pid, "SIGKILL")
    yield* forgetRecord(record.port)
    return "killed"
  })

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
