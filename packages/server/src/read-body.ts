import { InvalidRequest, RequestTooLarge } from "@pensieve/errors"
import { ByteSize, Context, Effect, Result } from "effect"
import { HttpIncomingMessage, HttpServerRequest } from "effect/http"
import { isUtf8 } from "node:buffer"
import { IncomingMessage } from "node:http"
import { depthLimit, type JsonMemory, makeJsonMemory } from "./json-memory.ts"

/** Bytes a body may have. @see wire contract, section 2 */
const bodyLimitBytes = 32 * 1024 * 1024
/** Text of parsed bodies that is kept, bytes: a dozen sessions at the end of their windows. */
const memoryBytes = 32 * 1024 * 1024
const byteOrderMark = Buffer.from("\ufeff", "utf8")

/** What the bodies of this process have in common. */
const BodyMemory = Context.Reference<JsonMemory>("@pensieve/server/BodyMemory", {
  defaultValue: () => makeJsonMemory(memoryBytes)
})

/** A body, and the text it was parsed from. */
export interface JsonText {
  readonly body: unknown
  readonly text: string
}

/** A body as it was sent. The text is made when it is asked for. */
export interface SentBody extends JsonText {
  readonly bytes: number
}

type Read<A> = Effect.Effect<A, InvalidRequest | RequestTooLarge, HttpServerRequest.HttpServerRequest>

/** The request's body, of a type, a size and an encoding that may be JSON. */
const readBytes: Read<Buffer> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers
  if (!/^application\/json\s*(;|$)/i.test(type))
    return yield* new InvalidRequest({
      message: `content-type: must be application/json (it is "${type}")`,
      field: "content-type"
    })
  if (encoding.toLowerCase() !== "identity") return yield* encodingUnsupported(encoding)
  if (Number(request.headers["content-length"] ?? 0) > bodyLimitBytes) return yield* tooLarge
  const { source } = request
  // Who asks whether he may send waits for an answer, which only the server's own reading gives.
  const direct = source instanceof IncomingMessage && request.headers["expect"] === undefined
  const bytes = yield* direct ? collectBody(source, bodyLimitBytes) : readSlowly(request)
  return yield* Effect.fromResult(checkUtf8(bytes))
})

/** Reads the request's body as JSON, within the limits of size and depth. Nobody may change the value: others may share it. */
export const readJsonBody: Read<unknown> = Effect.gen(function* () {
  const bytes = yield* readBytes
  return yield* Effect.fromResult(parseJson(yield* BodyMemory, bytes))
})

/** The same, with the text it was parsed from. */
export const readJson: Read<SentBody> = Effect.gen(function* () {
  const bytes = yield* readBytes
  const body = yield* Effect.fromResult(parseJson(yield* BodyMemory, bytes))
  return {
    body,
    bytes: bytes.length,
    get text() {
      return bytes.toString("utf8")
    }
  }
})

const readSlowly = (request: HttpServerRequest.HttpServerRequest): Read<Buffer> =>
  Effect.provideService(request.arrayBuffer, HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bodyLimitBytes)).pipe(
    Effect.map((body) => Buffer.from(body)),
    Effect.mapError(({ reason }): InvalidRequest | RequestTooLarge =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge" ? tooLarge : brokenOff
    )
  )

/** All of a body, as soon as its last byte is there. What comes of it behind the limit is not read. */
const collectBody = (source: IncomingMessage, limit: number): Effect.Effect<Buffer, InvalidRequest | RequestTooLarge> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= limit) return
      leave()
      source.pause()
      resume(Effect.fail(tooLarge))
    }
    const onEnd = () => {
      leave()
      resume(Effect.succeed(joined(chunks, size)))
    }
    const onBroken = () => {
      leave()
      resume(Effect.fail(brokenOff))
    }
    const leave = () => source.off("data", onData).off("end", onEnd).off("error", onBroken).off("close", onBroken)
    if (source.destroyed) return resume(Effect.fail(brokenOff))
    source.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken)
    return Effect.sync(leave)
  })

/** `Buffer.concat` looks at each piece in ways that cost more than the copying. */
const joined = (chunks: ReadonlyArray<Buffer>, size: number): Buffer => {
  const all = Buffer.allocUnsafe(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** The code is the one the official SDK knows. */
const encodingUnsupported = (encoding: string): InvalidRequest =>
  new InvalidRequest({
    message: `content-encoding: "${encoding}" is not supported; send the body as it is`,
    field: "content-encoding",
    detailCode: "request_body_encoding_unsupported"
  })

const brokenOff = new InvalidRequest({ message: "The body broke off before it was complete." })

const tooLarge = new RequestTooLarge({ message: `The body is larger than ${bodyLimitBytes / 1024 / 1024} MB.` })

/** The bytes of valid UTF-8, without the mark that some editors put before it. */
const checkUtf8 = (bytes: Buffer): Result.Result<Buffer, InvalidRequest> => {
  if (!isUtf8(bytes)) return Result.fail(new InvalidRequest({ message: "The body is not valid UTF-8." }))
  const { length } = byteOrderMark
  return Result.succeed(bytes.subarray(0, length).equals(byteOrderMark) ? bytes.subarray(length) : bytes)
}

const parseJson = (memory: JsonMemory, bytes: Buffer): Result.Result<unknown, InvalidRequest> => {
  const parsed = memory.parse(bytes)
  switch (parsed.type) {
    case "value":
      return Result.succeed(parsed.value)
    case "too-deep":
      return Result.fail(new InvalidRequest({ message: `The body is nested deeper than ${depthLimit} levels.` }))
    case "invalid":
      return Result.fail(
        new InvalidRequest({
          message:
            bytes.toString("utf8").trim() === ""
              ? "The body is empty; send a JSON object."
              : `The body is not valid JSON: ${parsed.problem}`
        })
      )
  }
}
