import { Effect, FileSystem } from "effect"
import { randomBytes } from "node:crypto"
import { Home } from "./home.ts"
import { writeAtomic } from "./write-atomic.ts"

/**
 * The local token: the one that was given, else the one in `PENSIEVE_HOME/token`, which is made on first use
 * (256 random bits, readable by the user alone).
 */
export const localToken = Effect.fn("localToken")(function* (given: string | undefined) {
  if (given !== undefined) return given
  const fs = yield* FileSystem.FileSystem
  const { tokenFile } = yield* Home
  if (yield* fs.exists(tokenFile)) {
    const kept = (yield* fs.readFileString(tokenFile)).trim()
    if (kept !== "") {
      yield* Effect.ignore(fs.chmod(tokenFile, 0o600))
      return kept
    }
  }
  const token = randomBytes(32).toString("base64url")
  yield* writeAtomic(tokenFile, `${token}\n`)
  return token
})
