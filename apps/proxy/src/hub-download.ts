import {
  downloadQuestion,
  endProgress,
  type HubFailure,
  initialProgress,
  isYes,
  planDownload,
  type ProgressPlace,
  showProgress
} from "@pensieve/operations"
import { Console, Effect } from "effect"
import { statfs } from "node:fs/promises"
import { totalmem } from "node:os"
import { dirname } from "node:path"
import { ask, somebodyIsThere } from "./ask.ts"
import { commandLine } from "./command-line.ts"
import { hubDownload, hubInfo } from "./hub-process.ts"

/**
 * Gets a model from the hub, if it can be had and the user agrees: the folder of its snapshot, or undefined when he does not.
 * Everything is told on stderr; only what went wrong is left to the caller.
 *
 * @param agreed the user agreed beforehand
 * @param hubCache where the files will be
 */
export const getFromHub = Effect.fn("getFromHub")(function* (repository: string, agreed: boolean, hubCache: string) {
  const info = yield* hubInfo(repository)
  const plan = planDownload({
    info,
    agreed,
    terminal: somebodyIsThere(),
    memoryBytes: totalmem(),
    freeBytes: yield* freeBytes(hubCache),
    startWith: (flags) => commandLine(`start ${flags}`)
  })
  for (const line of plan.lines) yield* Console.error(`pensieve: ${line}`)
  if (plan.action === "leave") return undefined
  if (plan.action === "ask" && !isYes(yield* ask(`pensieve: ${downloadQuestion}`))) return undefined
  return yield* downloadVisibly(repository)
})

const downloadVisibly = (repository: string): Effect.Effect<string, HubFailure> =>
  Effect.suspend(() => {
    const place: ProgressPlace = { terminal: process.stderr.isTTY === true, columns: process.stderr.columns || 80 }
    let state = initialProgress
    return hubDownload(repository, (progress) => {
      const [next, text] = showProgress(state, progress, performance.now(), place)
      state = next
      process.stderr.write(text)
    }).pipe(
      Effect.ensuring(Effect.sync(() => process.stderr.write(endProgress(state, place)))),
      Effect.onInterrupt(() =>
        Console.error("pensieve: Stopped. What has come is kept: the same command goes on from there.")
      )
    )
  })

/** Free space for a folder that may not be there yet. */
const freeBytes = (folder: string): Effect.Effect<number | undefined> =>
  Effect.tryPromise(() => statfs(folder)).pipe(
    Effect.map(({ bavail, bsize }) => bavail * bsize),
    Effect.catch(() => (dirname(folder) === folder ? Effect.succeed(undefined) : freeBytes(dirname(folder))))
  )
