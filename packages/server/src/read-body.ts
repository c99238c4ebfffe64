import { InvalidRequest, RequestTooLarge } from "@pensieve/errors"
import { ByteSize, Effect, Result } from "effect"
import { HttpIncomingMessage, HttpServerRequest } from "effect/http"
import { isDeeperThan } from "./json-depth.ts"

/** Bytes a body may have. @see wire contract, section 2 */
const bodyLimitBytes = 32 * 1024 * 1024
/** Levels of nesting a body may have. */
const depthLimit = 128

const decoder = new TextDecoder("utf-8", { fatal: true })

/** A body, and the text it was parsed from. */
export interface JsonText {
  readonly body: unknown
  readonly text: string
}

/** Reads the request's body as JSON, within the limits of size and depth. */
export const readJson: Effect.Effect<JsonText, InvalidRequest | RequestTooLarge, HttpServerRequest.HttpServerRequest> =
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers
    if (!/^application\/json\b/i.test(type))
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
    return yield* Effect.fromResult(Result.flatMap(decodeUtf8(bytes), parseJson))
  })

/** The same without its text. */
export const readJsonBody = Effect.map(readJson, ({ body }) => body)

/** The code is the one the official SDK knows. */
const encodingUnsupported = (encoding: string): InvalidRequest =>
  new InvalidRequest({
    message: `content-encoding: "${encoding}" is not supported; send the body as it is`,
    field: "content-encoding",
    detailCode: "request_body_encoding_unsupported"
  })

const tooLarge = new RequestTooLarge({ message: `The body is larger than ${bodyLimitBytes / 1024 / 1024} MB.` })

const decodeUtf8 = (bytes: ArrayBuffer): Result.Result<string, InvalidRequest> => {
  try {
    return Result.succeed(decoder.decode(bytes))
  } catch {
    return Result.fail(new InvalidRequest({ message: "The body is not valid UTF-8." }))
  }
}

/** Parses JSON text of a limited depth. */
const parseJson = (text: string): Result.Result<JsonText, InvalidRequest> => {
  if (text.trim() === "") return Result.fail(new InvalidRequest({ message: "The body is empty; send a JSON object." }))
  if (isDeeperThan(text, depthLimit))
    return Result.fail(new InvalidRequest({ message: `The body is nested deeper than ${depthLimit} levels.` }))
  try {
    return Result.succeed({ body: JSON.parse(text), text })
  } catch (cause) {
    return Result.fail(
      new InvalidRequest({ message: `The body is not valid JSON: ${cause instanceof Error ? cause.message : ""}` })
    )
  }
}
