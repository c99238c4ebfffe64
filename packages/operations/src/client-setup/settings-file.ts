import { Effect, FileSystem, Path } from "effect"
import type { PlatformError } from "effect/PlatformError"

/** A settings file as it is now. */
export interface SettingsFile {
  /** As the client names it. */
  readonly path: string
  /** The file itself, where `path` is a symbolic link. */
  readonly target: string
  /** Undefined where there is no file. */
  readonly text: string | undefined
  /** Permission bits. */
  readonly mode: number | undefined
}

/** Reads a settings file, through a symbolic link if it is one. A link that leads nowhere is followed too. */
export const readSettingsFile = (
  path: string
): Effect.Effect<SettingsFile, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { dirname, resolve } = yield* Path.Path
    const linked = yield* Effect.option(fs.readLink(path))
    const followed = linked._tag === "Some" ? resolve(dirname(path), linked.value) : path
    if (!(yield* fs.exists(followed))) return { path, target: followed, text: undefined, mode: undefined }
    const target = yield* fs.realPath(followed)
    const { mode } = yield* fs.stat(target)
    return { path, target, text: yield* fs.readFileString(target), mode: mode & 0o777 }
  })
