import type { GenerationEvent, Notice, Usage } from "@pensieve/models"
import type { NonEmptyReadonlyArray } from "effect/Array"

/** How far an answer is. */
type Phase = "waiting" | "prefill" | "answering"

/** What is known of an answer while it goes by, and after. */
export interface TallySummary {
  readonly phase: Phase
  /** Tokens of the prompt, as soon as they are counted. */
  readonly promptTokens: number | undefined
  /** Of these, those that needed no work. */
  readonly cachedTokens: number | undefined
  /** Tokens of the prompt that are done. */
  readonly prefilled: number | undefined
  /** Pieces of text that came: for a model of this machine about its tokens. */
  readonly pieces: number
  readonly usage: Usage | undefined
  readonly reason: string | undefined
  /** Milliseconds until the first word. */
  readonly firstMs: number | undefined
  readonly totalMs: number
}

/** What is counted while an answer goes by. */
export interface Tally {
  readonly watch: (batch: NonEmptyReadonlyArray<GenerationEvent>) => NonEmptyReadonlyArray<GenerationEvent>
  /** What the backend changed or cannot do of the request, as soon as it said so. */
  readonly notices: () => ReadonlyArray<Notice>
  readonly summary: () => TallySummary
}

/** Starts counting now. */
export const makeTally = (): Tally => {
  const startedAt = performance.now()
  let phase: Phase = "waiting"
  let promptTokens: number | undefined
  let cachedTokens: number | undefined
  let prefilled: number | undefined
  let pieces = 0
  let usage: Usage | undefined
  let reason: string | undefined
  let firstMs: number | undefined
  let notices: ReadonlyArray<Notice> = []
  const word = () => {
    pieces++
    if (firstMs !== undefined) return
    firstMs = performance.now() - startedAt
    phase = "answering"
  }
  const watchOne = (event: GenerationEvent): void => {
    switch (event.type) {
      case "text-delta":
      case "reasoning-delta":
      case "tool-call":
      case "tool-call-start":
      case "tool-call-delta":
        return word()
      case "accepted":
        promptTokens = event.promptTokens
        notices = event.notices ?? []
        return
      case "started":
        cachedTokens = event.cachedTokens
        if (phase === "waiting") phase = "prefill"
        return
      case "prefill":
        prefilled = event.done
        return
      case "usage":
        usage = event.usage
        return
      case "finished":
        reason = event.reason
        return
      case "failed":
        reason = event.error._tag
        return
      default:
    }
  }
  return {
    watch: (batch) => {
      for (const event of batch) watchOne(event)
      return batch
    },
    notices: () => notices,
    summary: () => ({
      phase,
      promptTokens,
      cachedTokens,
      prefilled,
      pieces,
      usage,
      reason,
      firstMs,
      totalMs: performance.now() - startedAt
    })
  }
}
