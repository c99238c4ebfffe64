import { MethodNotAllowed, NotFound } from "@pensieve/errors"
import { Result } from "effect"

/** What a request asks for. */
export type Route =
  | { readonly name: "health" }
  | { readonly name: "hello" }
  | { readonly name: "messages" }
  | { readonly name: "chat-completions" }
  | { readonly name: "responses" }
  | { readonly name: "count-tokens" }
  | { readonly name: "models" }
  | { readonly name: "model"; readonly id: string }

const fixedRoutes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  "/": { HEAD: { name: "hello" } },
  "/api/hello": { HEAD: { name: "hello" } },
  "/health": { GET: { name: "health" }, HEAD: { name: "health" } },
  "/v1/chat/completions": { POST: { name: "chat-completions" } },
  "/v1/messages": { POST: { name: "messages" } },
  "/v1/messages/count_tokens": { POST: { name: "count-tokens" } },
  "/v1/models": { GET: { name: "models" } },
  "/v1/responses": { POST: { name: "responses" } }
}

/** Parts of the APIs that are not served, and what to use instead. */
const insteadOf: ReadonlyArray<readonly [RegExp, string]> = [
  [/^\/v1\/completions$/, "The legacy completions API is not served. Use /v1/chat/completions."],
  [
    /^\/v1\/embeddings$/,
    "Embeddings are not served: the loaded model generates text. Run an embedding server beside Pensieve."
  ],
  [/^\/v1\/responses\/./, "Responses are not stored. Send the whole conversation in `input` each time."]
]

/**
 * The path without its query, a doubled `/v1/v1` made single.
 *
 * @see wire contract, section 1: Claude Code adds `?beta=true`, and a base URL that already ends in `/v1` doubles it.
 */
export const pathOf = (url: string): string => (url.split("?", 1)[0] ?? "").replace(/^\/v1\/v1(?=\/)/, "/v1")

/** The route of a method and a path, or what is wrong with them. */
export const routeOf = (method: string, path: string): Result.Result<Route, NotFound | MethodNotAllowed> => {
  const model = /^\/v1\/models\/(.+)$/.exec(path)?.[1]
  const methods: Readonly<Record<string, Route>> | undefined =
    model === undefined ? fixedRoutes[path] : { GET: { name: "model", id: decodeSegment(model) } }
  if (methods === undefined) {
    const instead = insteadOf.find(([pattern]) => pattern.test(path))?.[1]
    return Result.fail(new NotFound({ message: instead ?? `There is nothing at ${path}.` }))
  }
  const route = methods[method]
  if (route !== undefined) return Result.succeed(route)
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
