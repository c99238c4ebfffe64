import type { Conversation, GenerationEvent, Usage } from "@pensieve/models"
import { anthropic } from "@pensieve/translator"
import type { AnswerReader } from "../upstream/open-answer.ts"

/** What is needed to read one answer. */
interface AnswerOptions extends anthropic.DecodeOptions {
  readonly conversation: Conversation
}

/** Makes the reader of one answer. */
export const makeAnswerReader = ({ conversation, ...options }: AnswerOptions): AnswerReader => {
  let decoder = anthropic.initialDecode(options)
  let over = false
  let calls = 0
  let usage: Usage | undefined

  const isWanted = (event: GenerationEvent): boolean => {
    if (event.type !== "tool-call") return true
    calls += 1
    return calls === 1 || conversation.parallelToolCalls
  }

  const take = ([next, events]: anthropic.DecodeStep): ReadonlyArray<GenerationEvent> => {
    decoder = next
    for (const event of events) {
      if (event.type === "usage") usage = event.usage
      else if (event.type === "finished" || event.type === "failed") over = true
    }
    return events.filter(isWanted)
  }

  return {
    push: (bytes) => take(anthropic.decodeStream(decoder, bytes)),
    end: () => take(anthropic.endDecode(decoder)),
    over: () => over,
    ending: () => false,
    counted: () => usage
  }
}
