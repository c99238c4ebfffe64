import type { PensieveError } from "@pensieve/errors"
import { type EventWriter, type Feed, firstEvents, type TextPull, written } from "@pensieve/streaming"
import { type Duration, Effect, type Scope } from "effect"
import { failureEvent } from "./failure-event.ts"
import { streamHeaders } from "./respond.ts"

/** What an answer is made of, streamed or whole. */
export interface Exchange {
  readonly requestId: string
  readonly feed: Feed<PensieveError>
  /** Headers of the answer, as far as they are known when it is committed. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Longest silence. */
  readonly pingEvery: Duration.Input
}

/** An answer that is committed: its headers, and the texts that follow. */
export interface StreamedAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly texts: TextPull
}

/**
 * An answer as server-sent events. A failure before the first event, or within `errorPatience`, keeps its HTTP status; from then on
 * the answer is committed and everything is told inside it.
 */
export const streamedAnswer = (
  exchange: Exchange & { readonly writer: EventWriter; readonly errorPatience: Duration.Input }
): Effect.Effect<StreamedAnswer, PensieveError, Scope.Scope> =>
  Effect.gen(function* () {
    const { requestId, feed, writer, pingEvery } = exchange
    const first = yield* firstEvents(feed, exchange.errorPatience)
    const failed = (cause: Parameters<typeof failureEvent>[0]) => failureEvent(cause, requestId)
    const texts = yield* written({ feed, first, writer, pingEvery, failed })
    return { headers: { ...streamHeaders(requestId), ...exchange.headers() }, texts }
  })
