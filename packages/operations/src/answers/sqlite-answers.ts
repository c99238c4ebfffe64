import { Effect, type Scope } from "effect"
import { chmodSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { type AnswerBounds, type AnswerStore, largestPart } from "./answer-store.ts"

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 200;
  CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, text TEXT NOT NULL, bytes INTEGER NOT NULL, until INTEGER NOT NULL, used INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS answers_used ON answers (used);
`

/** Counts on with each use: several may fall into one millisecond. */
const nextUse = "(SELECT COALESCE(MAX(used), 0) + 1 FROM answers)"

/** Deletes those that were not asked for longest, until the rest has room. */
const makeRoom = `
  DELETE FROM answers WHERE key IN (
    SELECT key FROM (SELECT key, SUM(bytes) OVER (ORDER BY used DESC, key) AS upTo FROM answers) WHERE upTo > ?
  )
`

/** Answers in a file, which outlive the program. Several programs may use the same one. */
export const sqliteAnswers = (
  file: string,
  { lifetimeMs, bytes: mostBytes }: AnswerBounds
): Effect.Effect<AnswerStore | undefined, never, Scope.Scope> =>
  Effect.gen(function* () {
    const database = yield* Effect.acquireRelease(
      Effect.try(() => open(file)),
      (opened) => Effect.sync(() => opened.close())
    )
    const read = database.prepare(`UPDATE answers SET used = ${nextUse} WHERE key = ? AND until > ? RETURNING text`)
    const write = database.prepare(
      `INSERT OR REPLACE INTO answers (key, text, bytes, until, used) VALUES (?, ?, ?, ?, ${nextUse})`
    )
    const forget = database.prepare("DELETE FROM answers WHERE until <= ?")
    const trim = database.prepare(makeRoom)
    return {
      get: (key) =>
        attempt(() => {
          const text = read.get(key, Date.now())?.["text"]
          return typeof text === "string" ? text : undefined
        }),
      set: (key, text) =>
        attempt(() => {
          const now = Date.now()
          const bytes = Buffer.byteLength(text) + key.length
          if (bytes > mostBytes * largestPart) return
          write.run(key, text, bytes, now + lifetimeMs)
          forget.run(now)
          trim.run(mostBytes)
        })
    } satisfies AnswerStore
  }).pipe(
    Effect.catch((error) =>
      Effect.as(
        Effect.annotateLogs(Effect.logWarning("answers cannot be kept on the disk"), {
          file,
          why: String(error.cause)
        }),
        undefined
      )
    )
  )

/** What models answered is for the user's eyes only. */
const open = (file: string): DatabaseSync => {
  // Loaded where it is wanted: older Nodes warn that it is experimental.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite")
  const database = new DatabaseSync(file)
  chmodSync(file, 0o600)
  database.exec(schema)
  return database
}

const attempt = <A>(work: () => A): Effect.Effect<A | undefined> =>
  Effect.catch(Effect.try(work), (error) =>
    Effect.as(
      Effect.annotateLogs(Effect.logDebug("the answers on the disk cannot be used"), { why: String(error.cause) }),
      undefined
    )
  )
