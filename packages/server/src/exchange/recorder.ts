import type { GenerationEvent } from "@pensieve/models"
import type { Wiretap } from "@pensieve/backends"
import type { Trace, TracedEvent } from "@pensieve/operations"

/** Characters of one trace; an answer that goes on for hours must not fill the memory. */
const largestTrace = 16 * 1024 * 1024

/** Writes down what is said of one exchange, for a trace. */
export interface Recorder {
  readonly tap: Wiretap
  readonly watch: (batch: ReadonlyArray<GenerationEvent>) => void
  readonly recorded: () => Pick<Trace, "attempts" | "events" | "truncated">
}

/** Pieces of these kinds are put together. */
const joined: Readonly<Partial<Record<GenerationEvent["type"], "text" | "json">>> = {
  "text-delta": "text",
  "reasoning-delta": "text",
  "tool-call-delta": "json"
}

/** Starts writing down now. */
export const makeRecorder = (): Recorder => {
  const startedAt = performance.now()
  const attempts: Array<{ readonly sent: unknown; heard: string; readonly decoder: TextDecoder }> = []
  const events: Array<{ readonly ms: number; event: Record<string, unknown> }> = []
  let room = largestTrace
  const fits = (length: number): boolean => {
    room -= length
    return room >= 0
  }
  const take = (event: GenerationEvent): void => {
    if (event.type === "heartbeat") return
    const part = joined[event.type]
    const last = events.at(-1)
    if (part !== undefined && last?.event["type"] === event.type) {
      const piece = String(Reflect.get(event, part))
      if (fits(piece.length)) last.event = { ...last.event, [part]: `${String(last.event[part])}${piece}` }
      return
    }
    const plain = plainEvent(event)
    if (fits(JSON.stringify(plain).length)) events.push({ ms: Math.round(performance.now() - startedAt), event: plain })
  }
  return {
    tap: {
      sent: (body) => {
        const text = textOf(body)
        attempts.push({ sent: fits(text.length) ? parsed(text) : undefined, heard: "", decoder: new TextDecoder() })
      },
      heard: (piece) => {
        const attempt = attempts.at(-1)
        if (attempt === undefined || !fits(piece.length)) return
        attempt.heard += typeof piece === "string" ? piece : attempt.decoder.decode(piece, { stream: true })
      }
    },
    watch: (batch) => batch.forEach(take),
    recorded: () => ({
      attempts: attempts.map(({ sent, heard }) => ({ sent, heard })),
      events: events satisfies ReadonlyArray<TracedEvent>,
      truncated: room < 0
    })
  }
}

/** An error has its words in a getter, which JSON does not see. */
const plainEvent = (event: GenerationEvent): Record<string, unknown> =>
  event.type === "failed"
    ? { type: event.type, error: { tag: event.error._tag, message: event.error.message } }
    : { ...event }

const textOf = (body: string | Uint8Array): string => (typeof body === "string" ? body : new TextDecoder().decode(body))

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
