import { Result, Schema } from "effect"

const Bytes = Schema.Finite

/** What the hub says about a repository, and how much of it is on this machine. */
export const HubInfo = Schema.Struct({
  repository: Schema.String,
  revision: Schema.String,
  /** Bytes still to be fetched. */
  downloadBytes: Bytes,
  /** Bytes of every file that is needed. */
  totalBytes: Bytes,
  weightBytes: Bytes,
  files: Schema.Int,
  alreadyHere: Schema.Boolean
})
export type HubInfo = typeof HubInfo.Type

/** What went wrong, as a person reads it; `code` tells the kinds apart. */
export const HubFailure = Schema.Struct({ code: Schema.String, message: Schema.String })
export type HubFailure = typeof HubFailure.Type

const Progress = Schema.Struct({ type: Schema.Literal("progress"), done: Bytes, total: Bytes })

const HubLine = Schema.Union([
  Progress,
  Schema.Struct({ type: Schema.Literal("done"), path: Schema.String }),
  Schema.Struct({ type: Schema.Literal("error"), code: Schema.String, message: Schema.String })
])

/** A line of a download. */
export type HubLine = typeof HubLine.Type
/** How far a download is, in bytes. */
export type HubProgress = typeof Progress.Type

const decodeInfo = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Union([HubInfo, Schema.Struct({ error: HubFailure })]))
)
const decodeLine = Schema.decodeUnknownResult(Schema.fromJsonString(HubLine))

/** Of a downloader that ended without a word that can be understood. */
export const noAnswer: HubFailure = {
  code: "failed",
  message:
    "The downloader ended without an answer. `pensieve doctor` tells whether the engine's Python environment is damaged."
}

/** Reads the answer of `python -m pensieve_bridge.hub info`. */
export const readHubInfo = (text: string): Result.Result<HubInfo, HubFailure> => {
  const read = decodeInfo(text)
  if (Result.isFailure(read)) return Result.fail(noAnswer)
  return "error" in read.success ? Result.fail(read.success.error) : Result.succeed(read.success)
}

/** Reads a line of `python -m pensieve_bridge.hub download`; undefined for anything else. */
export const readHubLine = (text: string): HubLine | undefined => Result.getOrUndefined(decodeLine(text))
