import { NodeHttpServerRequest } from "@effect/platform-node"
import type { TextPull } from "@pensieve/streaming"
import { Effect, Pull } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { ServerResponse } from "node:http"
import type { StreamedAnswer } from "./streamed-answer.ts"

/**
 * Sends an answer whose texts come one by one. Each leaves before whoever brought it goes on: a text that waited for the end of the turn would
 * wait for all that the next one needs. Comes back when all is sent, with nothing to add.
 */
export const sendTexts = ({
  headers,
  texts
}: StreamedAnswer): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function* () {
    const response = NodeHttpServerRequest.toServerResponse(yield* HttpServerRequest.HttpServerRequest)
    if (!(response instanceof ServerResponse)) return yield* Effect.die(new Error("Only HTTP/1.1 is served."))
    response.writeHead(200, headers)
    yield* sendAll(response, texts)
    response.end()
    return HttpServerResponse.empty()
  })

const sendAll = (response: ServerResponse, texts: TextPull): Effect.Effect<void> => {
  const sendNext: Effect.Effect<void> = Pull.matchEffect(texts, {
    onSuccess: (text) => (sendNow(response, text) ? sendNext : Effect.andThen(drained(response), sendNext)),
    onFailure: Effect.failCause,
    onDone: () => Effect.void
  })
  return sendNext
}

/** @returns whether the client takes more; one that is gone takes nothing, and its request is about to be interrupted */
const sendNow = (response: ServerResponse, text: string): boolean => {
  const { socket, destroyed } = response
  if (destroyed) return false
  socket?.cork()
  const takesMore = response.write(text)
  socket?.uncork()
  return takesMore
}

const drained = (response: ServerResponse): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const goOn = () => resume(Effect.void)
    response.once("drain", goOn)
    return Effect.sync(() => response.off("drain", goOn))
  })
