import type { Configuration } from "@pensieve/config"
import { Home, layeredAnswers, redisAnswers, type RedisLink, sqliteAnswers } from "@pensieve/operations"
import type { AnswerCache } from "@pensieve/server"
import { Effect, FileSystem } from "effect"
import { join } from "node:path"

/**
 * The cache of answers, as the configuration wants it; undefined where it wants none. It ends with the scope.
 *
 * @param link a server that several programs share
 */
export const answerCache = ({ cache }: Configuration, link: RedisLink | undefined) =>
  Effect.gen(function* () {
    const { use, lifetimeSeconds, megabytes, allowSampled, persist } = cache
    if (use === "off") return undefined
    const bounds = { lifetimeMs: lifetimeSeconds * 1000, bytes: megabytes * 1024 * 1024 }
    const onDisk = persist ? yield* sqliteAnswers(yield* cacheFile, bounds) : undefined
    const shared = link === undefined ? undefined : redisAnswers(link, bounds)
    const store = layeredAnswers(
      bounds,
      [onDisk, shared].filter((one) => one !== undefined)
    )
    return { store, policy: { use, allowSampled } } satisfies AnswerCache
  })

const cacheFile = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { cacheFolder } = yield* Home
  yield* Effect.ignore(fs.makeDirectory(cacheFolder, { recursive: true, mode: 0o700 }))
  return join(cacheFolder, "answers.sqlite")
})
