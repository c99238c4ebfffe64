import { InvalidRequest, RequestTooLarge } from "@pensieve/errors"
import { ByteSize, Context, Effect, Result } from "effect"
import { HttpIncomingMessage, HttpServerRequest } from "effect/http"
import { isUtf8 } from "node:buffer"
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
  const bytes = yield* Effect.mapError(
    Effect.provideService(request.arrayBuffer, HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bodyLimitBytes)),
    ({ reason }): InvalidRequest | RequestTooLarge =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        ? tooLarge
        : new InvalidRequest({ message: "The body broke off before it was complete." })
  )
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

/** The code is the one the official SDK knows. */
const encodingUnsupported = (encoding: string): InvalidRequest =>
  new InvalidRequest({
    message: `content-encoding: "${encoding}" is not supported; send the body as it is`,
    field: "content-encoding",
    detailCode: "request_body_encoding_unsupported"
  })

const tooLarge = new RequestTooLarge({ message: `The body is larger than ${bodyLimitBytes / 1024 / 1024} MB.` })

/** The bytes of valid UTF-8, without the mark that some editors put before it. */
const checkUtf8 = (body: ArrayBuffer): Result.Result<Buffer, InvalidRequest> => {
  const bytes = Buffer.from(body)
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
