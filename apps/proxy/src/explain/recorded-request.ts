import { isJsonObject } from "@pensieve/models"
import { Result } from "effect"

/** A request that was written down, and where it went then. */
export interface RecordedRequest {
  /** Path of the URL, without its query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
  /** As `x-pensieve-route` said it. */
  readonly route?: string
}

/** The path that a bare body was most likely sent to. */
const pathFor = (body: unknown): string => {
  if (!isJsonObject(body)) return "/v1/messages"
  if (body.input !== undefined) return "/v1/responses"
  const isChat =
    Array.isArray(body.messages) &&
    (body.max_completion_tokens !== undefined ||
      body.max_tokens === undefined ||
      body.messages.some((message) => isJsonObject(message) && message.role === "developer"))
  return isChat ? "/v1/chat/completions" : "/v1/messages"
}

/** What a trace holds of its request. */
const ofTrace = (value: unknown): unknown =>
  isJsonObject(value) && isJsonObject(value.client) ? { ...value.client, route: value.route } : value

/** A request from its JSON text: a body, or a mapping with `body`, and perhaps `path`, `headers` and `route`; or a trace. */
export const readRequest = (text: string): Result.Result<RecordedRequest, string> =>
  Result.map(
    Result.try({ try: (): unknown => JSON.parse(text), catch: () => "is not valid JSON" }),
    (read): RecordedRequest => {
      const value = ofTrace(read)
      const isWrapped = isJsonObject(value) && value.body !== undefined
      const body: unknown = isWrapped ? value.body : value
      if (!isWrapped) return { path: pathFor(body), headers: {}, body }
      const { path, headers, route } = value
      return {
        path: typeof path === "string" ? (path.split("?", 1)[0] ?? path) : pathFor(body),
        headers: isJsonObject(headers)
          ? Object.fromEntries(Object.entries(headers).map(([name, held]) => [name.toLowerCase(), String(held)]))
          : {},
        body,
        ...(typeof route === "string" ? { route } : {})
      }
    }
  )
