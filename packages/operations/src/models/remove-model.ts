import { Effect, FileSystem, Path } from "effect"
import type { PlatformError } from "effect/PlatformError"
import type { ModelFolder } from "../choose-model.ts"

/**
 * The folder that is removed with a model: its own, or in the hub's cache the whole repository with all its revisions. Undefined for what is not
 * the user's to remove: the demo model.
 */
export const removableFolder = (
  { source, path: folder }: ModelFolder,
  hubCache: string
): Effect.Effect<string | undefined, never, Path.Path> =>
  Effect.map(Path.Path, ({ join, relative }) => {
    if (source === "models") return folder
    if (source !== "hub-cache") return undefined
    const [repository = ""] = relative(hubCache, folder).split("/")
    return repository.startsWith("models--") ? join(hubCache, repository) : undefined
  })

/** Bytes of a folder, links not followed: the hub's snapshots are links to blobs beside them. */
export const folderBytes = (folder: string): Effect.Effect<number, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const names = yield* Effect.orElseSucceed(fs.readDirectory(folder), (): Array<string> => [])
    const sizes = yield* Effect.forEach(names, (name) => {
      const file = join(folder, name)
      return fs.readLink(file).pipe(
        Effect.as(0),
        Effect.catch(() =>
          Effect.flatMap(fs.stat(file), ({ type, size }) =>
            type === "Directory" ? folderBytes(file) : Effect.succeed(Number(size))
          )
        ),
        Effect.orElseSucceed(() => 0)
      )
    })
    return sizes.reduce((sum, size) => sum + size, 0)
  })

/** Removes a folder and all that is in it. */
export const removeFolder = (folder: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.remove(folder, { recursive: true }))
