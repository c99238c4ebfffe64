import type { Conversation, GenerationEvent, Notice, Usage } from "@pensieve/models"
import { anthropic } from "@pensieve/translator"
import type { AnswerReader } from "../upstream/open-answer.ts"

/** What is needed to read one answer. */
interface AnswerOptions extends anthropic.DecodeOptions {
  readonly conversation: Conversation
  /** What was changed of the request for this server. */
  readonly notices: ReadonlyArray<Notice>
}

/** Makes the reader of one answer. */
export const makeAnswerReader = ({ conversation, notices, ...options }: AnswerOptions): AnswerReader => {
  let decoder = anthropic.initialDecode(options)
  let over = false
  let calls = 0
  let usage: Usage | undefined

  const isWanted = (event: GenerationEvent): boolean => {
    if (event.type !== "tool-call") return true
    calls += 1
    return calls === 1 || conversation.parallelToolCalls
  }

  /** The first thing that clients are told of an answer is what became of the request. */
  const noticed = (event: GenerationEvent): GenerationEvent =>
    event.type === "accepted" ? { ...event, notices } : event

  const take = ([next, events]: anthropic.DecodeStep): ReadonlyArray<GenerationEvent> => {
    decoder = next
    for (const event of events) {
      if (event.type === "usage") usage = event.usage
      else if (event.type === "finished" || event.type === "failed") over = true
    }
    return events.filter(isWanted).map(noticed)
  }

  return {
    push: (bytes) => take(anthropic.decodeStream(decoder, bytes)),
    end: () => take(anthropic.endDecode(decoder)),
    over: () => over,
    ending: () => false,
    counted: () => usage
  }
}
