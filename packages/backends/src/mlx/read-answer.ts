import { type BackendError, BackendFailed } from "@pensieve/errors"
import type { FamilyEvent, FamilyParser } from "@pensieve/families"
import { type BridgeLine, type FinishReason, type GenerationEvent, splitPrompt, type Started } from "@pensieve/models"
import { Result } from "effect"

/** What is needed to read one answer of the engine. */
export interface AnswerOptions {
  readonly parser: FamilyParser
  /** A fresh id of a tool call, unique in the conversation. */
  readonly makeCallId: () => string
  /** Whether calls may be made. If not, what looks like one is text. */
  readonly callsAllowed: boolean
  /** The client's own stop sequences; a match of any other stop string is a plain end of turn. */
  readonly stopSequences: ReadonlyArray<string>
}

/** What a line of the engine means: events, or the end of the answer by an error. */
export type LineReading = Result.Result<ReadonlyArray<GenerationEvent>, BackendError>

/** Makes the reader of one answer: feed it every line in order. */
export const makeAnswerReader = (options: AnswerOptions): ((line: BridgeLine) => LineReading) => {
  let promptTokens = 0
  let prompt: Omit<Started, "type"> = { cachedTokens: 0 }
  let calls = 0

  const onFamilyEvent = (event: FamilyEvent): GenerationEvent => {
    switch (event.type) {
      case "text":
        return { type: "text-delta", text: event.text }
      case "reasoning":
        return { type: "reasoning-delta", text: event.text }
      case "reasoning-end":
        return { type: "reasoning-end" }
      case "malformed-call":
        return { type: "text-delta", text: event.rawText }
      case "tool-call":
        if (!options.callsAllowed) return { type: "text-delta", text: event.rawText }
        calls += 1
        return { type: "tool-call", id: options.makeCallId(), name: event.name, input: event.input }
    }
  }

  const usage = (outputTokens: number): GenerationEvent => ({
    type: "usage",
    usage: {
      ...splitPrompt(promptTokens, prompt),
      outputTokens,
      reasoningTokens: 0
    }
  })

  const finish = (line: Extract<BridgeLine, { type: "finished" }>): LineReading => {
    if (line.reason === "cancelled")
      return Result.fail(new BackendFailed({ message: "The engine was stopped before the answer was whole." }))
    if (line.reason === "error")
      return Result.fail(
        new BackendFailed({ message: line.error?.message ?? "The engine failed while it worked on this request." })
      )
    const events = options.parser.end(line.reason).map(onFamilyEvent)
    return Result.succeed([
      ...events,
      usage(line.completionTokens),
      { type: "finished", ...ending(line.reason, line.stop) }
    ])
  }

  const ending = (reason: "stop" | "length", stop: string | null): { reason: FinishReason; stopSequence?: string } => {
    if (calls > 0) return { reason: "tool-use" }
    if (reason === "length") return { reason: "max-tokens" }
    return stop !== null && options.stopSequences.includes(stop)
      ? { reason: "stop-sequence", stopSequence: stop }
      : { reason: "end-turn" }
  }

  return (line) => {
    switch (line.type) {
      case "accepted":
        promptTokens = line.promptTokens
        return Result.succeed([{ type: "accepted", promptTokens }])
      case "started":
        prompt = { cachedTokens: line.cachedTokens, cacheCreationTokens: line.cacheCreationTokens }
        return Result.succeed([{ type: "started", ...prompt }, usage(0)])
      case "prefill":
        return Result.succeed([{ type: "prefill", done: line.done, total: line.total }])
      case "piece":
        return Result.succeed(
          options.parser.push("text" in line ? { text: line.text } : { marker: line.marker }).map(onFamilyEvent)
        )
      case "finished":
        return finish(line)
    }
  }
}
