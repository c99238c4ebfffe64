import { BackendFailed } from "@pensieve/errors"
import { type GenerationEvent, isJsonObject } from "@pensieve/models"
import { decodeErrorChunk } from "../decode-error.ts"
import type { CallOptions } from "../finish-calls.ts"
import { type AnswerState, type AnswerStep, failAnswer, initialAnswer, onResponse } from "./decode-event.ts"

const noResponse = new BackendFailed({ message: "The upstream answered with something that is no response." })

/** A whole response as the last thing an upstream says. */
export const decodeWhole = (state: AnswerState, body: unknown): AnswerStep => {
  if (!isJsonObject(body)) return failAnswer(state, noResponse)
  if (Array.isArray(body.output) || body.status === "failed") return onResponse(state, body)
  return failAnswer(state, body.error === undefined || body.error === null ? noResponse : decodeErrorChunk(body))
}

/**
 * A non-streaming answer of an upstream as events.
 *
 * @param body the parsed JSON
 * @see wire contract, section 8
 */
export const decodeResponse = (body: unknown, options: CallOptions): ReadonlyArray<GenerationEvent> =>
  decodeWhole(initialAnswer(options), body)[1]
