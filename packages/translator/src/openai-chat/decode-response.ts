import { BackendFailed } from "@pensieve/errors"
import { type GenerationEvent, isJsonObject } from "@pensieve/models"
import { andThen } from "../stream-step.ts"
import {
  type AnswerState,
  type AnswerStep,
  type DecodeOptions,
  endAnswer,
  failAnswer,
  initialAnswer,
  stepChunk
} from "./decode-chunk.ts"
import { tellsError } from "./read-chunk.ts"

const noCompletion = new BackendFailed({ message: "The upstream answered with something that is no completion." })

/** A whole completion as the last thing an upstream says. */
export const decodeWhole = (state: AnswerState, body: unknown): AnswerStep =>
  isJsonObject(body) && (Array.isArray(body.choices) || tellsError(body))
    ? andThen(stepChunk(state, body), endAnswer)
    : failAnswer(state, noCompletion)

/**
 * A non-streaming answer of an upstream as events.
 *
 * @param body the parsed JSON
 * @see wire contract, section 8
 */
export const decodeResponse = (body: unknown, options: DecodeOptions): ReadonlyArray<GenerationEvent> =>
  decodeWhole(initialAnswer(options), body)[1]
