import { MethodNotAllowed, NotFound } from "@pensieve/errors"
import { Result } from "effect"

/** What a request asks for. */
export type Route =
  | { readonly name: PlainRoute }
  /** `id` is what the path says, percent-decoded. */
  | { readonly name: RouteWithId; readonly id: string }

type PlainRoute =
  | "health"
  | "hello"
  | "metrics"
  | "messages"
  | "chat-completions"
  | "responses"
  | "count-tokens"
  | "models"
  | "create-batch"
  | "list-batches"
  | "upload-file"
  | "list-files"

type RouteWithId =
  | "model"
  | "get-batch"
  | "delete-batch"
  | "cancel-batch"
  | "batch-results"
  | "get-file"
  | "delete-file"
  | "file-content"

/** Method → what it asks for. */
type Methods<Name> = Readonly<Record<string, Name>>

const plainRoutes: Readonly<Record<string, Methods<PlainRoute>>> = {
  "/": { HEAD: "hello" },
  "/api/hello": { HEAD: "hello" },
  "/health": { GET: "health", HEAD: "health" },
  "/metrics": { GET: "metrics" },
  "/v1/chat/completions": { POST: "chat-completions" },
  "/v1/files": { GET: "list-files", POST: "upload-file" },
  "/v1/messages": { POST: "messages" },
  "/v1/messages/batches": { GET: "list-batches", POST: "create-batch" },
  "/v1/messages/count_tokens": { POST: "count-tokens" },
  "/v1/models": { GET: "models" },
  "/v1/responses": { POST: "responses" }
}

/** Paths with an id. A model's may have slashes of its own. */
const routesWithId: ReadonlyArray<readonly [RegExp, Methods<RouteWithId>]> = [
  [/^\/v1\/models\/(.+)$/, { GET: "model" }],
  [/^\/v1\/messages\/batches\/([^/]+)$/, { GET: "get-batch", DELETE: "delete-batch" }],
  [/^\/v1\/messages\/batches\/([^/]+)\/cancel$/, { POST: "cancel-batch" }],
  [/^\/v1\/messages\/batches\/([^/]+)\/results$/, { GET: "batch-results" }],
  [/^\/v1\/files\/([^/]+)$/, { GET: "get-file", DELETE: "delete-file" }],
  [/^\/v1\/files\/([^/]+)\/content$/, { GET: "file-content" }]
]

/** Parts of the APIs that are not served, and what to use instead. */
const insteadOf: ReadonlyArray<readonly [RegExp, string]> = [
  [/^\/v1\/completions$/, "The legacy completions API is not served. Use /v1/chat/completions."],
  [
    /^\/v1\/embeddings$/,
    "Embeddings are not served: the loaded model generates text. Run an embedding server beside Pensieve."
  ],
  [/^\/v1\/responses\/./, "Responses are not stored. Send the whole conversation in `input` each time."],
  [/^\/v1\/batches(\/|$)/, "OpenAI's batches are not served. Anthropic's are, at /v1/messages/batches."],
  [/^\/v1\/complete$/, "The legacy text completions API is not served. Use /v1/messages."]
]

/**
 * The path without its query, a doubled `/v1/v1` made single.
 *
 * @see wire contract, section 1: Claude Code adds `?beta=true`, and a base URL that already ends in `/v1` doubles it.
 */
export const pathOf = (url: string): string => (url.split("?", 1)[0] ?? "").replace(/^\/v1\/v1(?=\/)/, "/v1")

/** The route of a method and a path, or what is wrong with them. */
export const routeOf = (method: string, path: string): Result.Result<Route, NotFound | MethodNotAllowed> => {
  const plain = Object.hasOwn(plainRoutes, path) ? plainRoutes[path] : undefined
  if (plain !== undefined) return Result.map(chosen(method, path, plain), (name) => ({ name }))
  for (const [pattern, methods] of routesWithId) {
    const id = pattern.exec(path)?.[1]
    if (id !== undefined) return Result.map(chosen(method, path, methods), (name) => ({ name, id: decodeSegment(id) }))
  }
  const instead = insteadOf.find(([pattern]) => pattern.test(path))?.[1]
  return Result.fail(new NotFound({ message: instead ?? `There is nothing at ${path}.` }))
}

const chosen = <Name>(method: string, path: string, methods: Methods<Name>): Result.Result<Name, MethodNotAllowed> => {
  const name = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (name !== undefined) return Result.succeed(name)
  const allow = Object.keys(methods).join(", ")
  return Result.fail(new MethodNotAllowed({ message: `${method} is not allowed at ${path}; use ${allow}.`, allow }))
}

const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
