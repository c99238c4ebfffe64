import type { BackendError } from "@pensieve/errors"
import type { Conversation, GenerationEvent, Notice } from "@pensieve/models"
import { Array as Arr, Effect, Stream } from "effect"
import type { Routed } from "../route-request.ts"
import { fitPrompt } from "./fit-prompt.ts"
import { scaledEvent, scaledNotice, windowScale } from "./scale-window.ts"
import { windowOf } from "./window-of.ts"

type Answer = Stream.Stream<GenerationEvent, BackendError>

/** What the window has to do with an answer. Nothing waits for a backend that starts before the answer itself does. */
export interface SizedAnswer {
  /** The backend's answer, if the prompt fits. */
  readonly fresh: () => Answer
  /** The same answer with the tokens of its prompt as they are told. */
  readonly told: <E, R>(events: Stream.Stream<GenerationEvent, E, R>) => Stream.Stream<GenerationEvent, E, R>
  readonly notices: () => ReadonlyArray<Notice>
}

const shortenedNotice: Notice = {
  code: "shortened-to-sum-up",
  message: "The middle of the longest texts was left out, so that the conversation can be summed up."
}

/** Looks after the window of one request. */
export const sizedAnswer = (routed: Routed, conversation: Conversation): SizedAnswer => {
  const { backend, context, decision, estimate } = routed
  const { scaleWindowTo } = context
  const window = windowOf(backend, decision, conversation)
  let scale: number | undefined
  let shortened = false
  return {
    fresh: () =>
      Stream.unwrap(
        Effect.gen(function* () {
          const fitting = yield* fitPrompt(backend, conversation, yield* window, estimate, context)
          shortened = fitting !== conversation
          if (shortened) yield* Effect.logInfo(shortenedNotice.message)
          return backend.generate(fitting)
        })
      ),
    told: (events) => {
      if (scaleWindowTo === undefined) return events
      const measured = Effect.map(window, (tokens) => {
        scale = windowScale(tokens, scaleWindowTo)
      })
      const scaled = Stream.mapArray(events, (batch) => {
        const by = scale
        return by === undefined ? batch : Arr.map(batch, (event) => scaledEvent(event, by))
      })
      return Stream.unwrap(Effect.as(measured, scaled))
    },
    notices: () => [...(shortened ? [shortenedNotice] : []), ...(scale === undefined ? [] : [scaledNotice])]
  }
}
