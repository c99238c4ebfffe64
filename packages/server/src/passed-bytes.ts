import type { PassedAnswer } from "@pensieve/backends"
import { type BackendError, BackendFailed } from "@pensieve/errors"
import { encodeSseJson } from "@pensieve/framing"
import { anthropic } from "@pensieve/translator"
import { type Effect, type Exit, Stream } from "effect"
import { anthropicDialect } from "./dialect.ts"
import type { Tally } from "./exchange/tally.ts"
import { makeWholeEvents } from "./whole-events.ts"

type Bytes = Stream.Stream<Uint8Array, BackendError>
type Headers = Readonly<Record<string, string>>

/** Whether an answer is a stream of events. */
export const isEventStream = (headers: Headers): boolean => /^text\/event-stream\b/i.test(headers["content-type"] ?? "")

/**
 * The bytes of a passed answer, untouched; its events are read beside them. A stream of events that breaks off, or ends
 * without a reason, gets an `error` event behind its last whole event.
 *
 * @param onExit told once how the upstream's bytes ended
 */
export const passedBytes = (
  requestId: string,
  { headers, bytes }: PassedAnswer,
  tally: Pick<Tally, "watch">,
  onExit: (exit: Exit.Exit<unknown, BackendError>) => Effect.Effect<void>
): Bytes => {
  // What is compressed can only be passed on.
  if (headers["content-encoding"] !== undefined) return Stream.onExit(bytes, onExit)
  const tap = makeTap(tally)
  const tapped = Stream.map(bytes, (chunk) => {
    tap.push(chunk)
    return chunk
  }).pipe(
    Stream.concat(
      Stream.suspend(() => {
        tap.end()
        return Stream.empty
      })
    ),
    Stream.onExit(onExit)
  )
  return isEventStream(headers) ? wholeStream(tapped, tap, requestId) : tapped
}

/** Reads the events beside the bytes. */
interface Tap {
  readonly push: (chunk: Uint8Array) => void
  readonly end: () => void
  /** How the answer ended, as far as its events tell: `broken` where the bytes were over before it. */
  readonly ending: () => "none" | "told" | "broken"
}

const makeTap = (tally: Pick<Tally, "watch">): Tap => {
  let decoder = anthropic.initialDecode({ idPrefix: "passed_" })
  let ending: ReturnType<Tap["ending"]> = "none"
  const take = ([next, events]: anthropic.DecodeStep, atLast: "told" | "broken"): void => {
    decoder = next
    const [head, ...tail] = events
    if (head === undefined) return
    tally.watch([head, ...tail])
    const last = events.at(-1)
    if (last?.type === "finished") ending = "told"
    else if (last?.type === "failed") ending = atLast
  }
  return {
    push: (chunk) => take(anthropic.decodeStream(decoder, chunk), "told"),
    end: () => take(anthropic.endDecode(decoder), "broken"),
    ending: () => ending
  }
}

const wholeStream = (tapped: Bytes, tap: Tap, requestId: string): Bytes => {
  const events = makeWholeEvents()
  return Stream.map(tapped, events.push).pipe(
    Stream.concat(
      Stream.suspend(() =>
        tap.ending() === "broken" ? Stream.succeed(errorEvent(noEnd, requestId)) : Stream.succeed(events.rest())
      )
    ),
    Stream.catch((error) =>
      tap.ending() === "none" ? Stream.succeed(errorEvent(error, requestId)) : Stream.fail(error)
    ),
    Stream.filter((chunk) => chunk.length > 0)
  )
}

const noEnd = new BackendFailed({ message: "The upstream's answer ended before it was complete." })

const errorEvent = (error: BackendError, requestId: string): Uint8Array =>
  Buffer.from(encodeSseJson(anthropicDialect.errorBody(error, requestId), "error"))
