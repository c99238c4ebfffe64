import { BackendFailed } from "@pensieve/errors"
import { type GenerationEvent, isJsonObject } from "@pensieve/models"
import { type AnswerStep, type DecodeOptions, endAnswer, failAnswer, initialAnswer, stepChunk } from "./decode-chunk.ts"
import { tellsError } from "./read-chunk.ts"

const decodeWhole = (body: unknown, options: DecodeOptions): AnswerStep => {
  const state = initialAnswer(options)
  if (!isJsonObject(body) || !(Array.isArray(body.choices) || tellsError(body))) {
    return failAnswer(
      state,
      new BackendFailed({ message: "The upstream answered with something that is no completion." })
    )
  }
  const [read, events] = stepChunk(state, body)
  const [ended, last] = endAnswer(read)
  return [ended, [...events, ...last]]
}

/**
 * A non-streaming answer of an upstream as events.
 *
 * @param body the parsed JSON
 * @see wire contract, section 8
 */
export const decodeResponse = (body: unknown, options: DecodeOptions): ReadonlyArray<GenerationEvent> =>
  decodeWhole(body, options)[1]
