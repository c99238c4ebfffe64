import { InvalidRequest, RequestTooLarge } from "@pensieve/errors"
import { ByteSize, Effect, Result } from "effect"
import { HttpIncomingMessage, HttpServerRequest } from "effect/http"

/** Bytes a body may have. @see wire contract, section 2 */
const bodyLimitBytes = 32 * 1024 * 1024
/** Levels of nesting a body may have. */
const depthLimit = 128

/** Reads the request's body as JSON, within the limits of size and depth. */
export const readJsonBody: Effect.Effect<
  unknown,
  InvalidRequest | RequestTooLarge,
  HttpServerRequest.HttpServerRequest
> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const type = request.headers["content-type"]
  if (type === undefined || !/^application\/json\b/i.test(type))
    return yield* new InvalidRequest({ message: `content-type: must be application/json (it is "${type ?? ""}")` })
  const declared = Number(request.headers["content-length"] ?? 0)
  if (declared > bodyLimitBytes) return yield* tooLarge
  const text = yield* Effect.mapError(
    Effect.provideService(request.text, HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bodyLimitBytes)),
    (): InvalidRequest | RequestTooLarge => tooLarge
  )
  return yield* Effect.fromResult(parseJson(text))
})

const tooLarge = new RequestTooLarge({ message: `The body is larger than ${bodyLimitBytes / 1024 / 1024} MB.` })

/** Parses JSON text of a limited depth. */
const parseJson = (text: string): Result.Result<unknown, InvalidRequest> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    return Result.fail(
      new InvalidRequest({ message: `The body is not valid JSON: ${cause instanceof Error ? cause.message : ""}` })
    )
  }
  return deeperThan(value, depthLimit)
    ? Result.fail(new InvalidRequest({ message: `The body is nested deeper than ${depthLimit} levels.` }))
    : Result.succeed(value)
}

const deeperThan = (value: unknown, limit: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (limit === 0 || Object.values(value).some((child: unknown) => deeperThan(child, limit - 1)))
