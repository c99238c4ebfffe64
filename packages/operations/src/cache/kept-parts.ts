import { Effect, FileSystem, Path } from "effect"
import { Home } from "../home.ts"
import { folderBytes } from "../models/remove-model.ts"

/** A part of what is kept to be faster the next time. */
export interface KeptPart {
  readonly name: "prompts" | "tokens" | "answers" | "other"
  readonly bytes: number
}

/** Files and folders of the cache, by how their names begin. */
const parts: ReadonlyArray<readonly [RegExp, KeptPart["name"]]> = [
  [/^kv/, "prompts"],
  [/^paths-/, "tokens"],
  [/^answers\./, "answers"],
  [/^/, "other"]
]

/** What is kept on the disk, part by part; the last one only where there is something else. */
export const keptParts = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const { cacheFolder } = yield* Home
  const sizes = new Map<KeptPart["name"], number>(parts.slice(0, -1).map(([, name]) => [name, 0]))
  for (const entry of yield* entriesOf(cacheFolder)) {
    const [, name] = parts.find(([pattern]) => pattern.test(entry)) ?? [undefined, "other" as const]
    const path = join(cacheFolder, entry)
    const { type, size } = yield* fs.stat(path)
    const bytes = type === "Directory" ? yield* folderBytes(path) : Number(size)
    sizes.set(name, (sizes.get(name) ?? 0) + bytes)
  }
  return [...sizes].map(([name, bytes]): KeptPart => ({ name, bytes }))
})

/** Removes all of it. To be called while nobody uses it. */
export const removeKept = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const { cacheFolder } = yield* Home
  for (const entry of yield* entriesOf(cacheFolder)) yield* fs.remove(join(cacheFolder, entry), { recursive: true })
})

const entriesOf = (folder: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.readDirectory(folder), (): Array<string> => []))
