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

/** One request to a backend. What came back is kept as it came: most exchanges are forgotten without anybody reading it. */
interface Attempt {
  readonly sent: string | Uint8Array | undefined
  /** Text, or bytes of which each is a character. */
  heard: string
  inBytes: boolean
}

/** An event, or several of one kind that are put together. */
interface Noted {
  readonly ms: number
  readonly event: Record<string, unknown>
  /** The field that is put together of the pieces. */
  readonly part: "text" | "json" | undefined
  readonly pieces: Array<string>
}

/** Starts writing down now. */
export const makeRecorder = (): Recorder => {
  const startedAt = performance.now()
  const attempts: Array<Attempt> = []
  const events: Array<Noted> = []
  let room = largestTrace
  const fits = (length: number): boolean => {
    room -= length
    return room >= 0
  }
  const note = (noted: Omit<Noted, "ms">): void =>
    void events.push({ ms: Math.round(performance.now() - startedAt), ...noted })
  const take = (event: GenerationEvent): void => {
    if (event.type === "heartbeat") return
    const part = joined[event.type]
    if (part === undefined) {
      const plain = plainEvent(event)
      if (fits(JSON.stringify(plain).length)) note({ event: plain, part, pieces: [] })
      return
    }
    const piece = String(Reflect.get(event, part))
    if (!fits(piece.length)) return
    const last = events.at(-1)
    if (last?.event["type"] === event.type) last.pieces.push(piece)
    else note({ event: { ...event }, part, pieces: [piece] })
  }
  return {
    tap: {
      sent: (body) =>
        void attempts.push({
          sent: fits(body.length) ? body : undefined,
          heard: "",
          inBytes: typeof body !== "string"
        }),
      heard: (piece) => {
        const attempt = attempts.at(-1)
        if (attempt === undefined || !fits(piece.length)) return
        attempt.inBytes = typeof piece !== "string"
        attempt.heard += typeof piece === "string" ? piece : bytesOf(piece).toString("latin1")
      }
    },
    watch: (batch) => batch.forEach(take),
    recorded: () => ({
      attempts: attempts.map(({ sent, heard, inBytes }) => ({
        sent: sent === undefined ? undefined : parsed(textOf(sent)),
        heard: inBytes ? textOf(Buffer.from(heard, "latin1")) : heard
      })),
      events: events.map(wholeEvent),
      truncated: room < 0
    })
  }
}

const wholeEvent = ({ ms, event, part, pieces }: Noted): TracedEvent => ({
  ms,
  event: part === undefined ? event : { ...event, [part]: pieces.join("") }
})

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

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
