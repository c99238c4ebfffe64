import { BackendFailed } from "@pensieve/errors"
import { type GenerationEvent, isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { type CallOptions, cutsOff } from "../finish-calls.ts"
import { foldSteps } from "../stream-step.ts"
import { type AnswerState, type AnswerStep, failAnswer, initialAnswer, stepEvent } from "./decode-event.ts"
import { objectIn } from "../read-json.ts"
import { readStop } from "./read-event.ts"

const noMessage = new BackendFailed({ message: "The upstream answered with something that is no message." })

/** Whether a call stands where a limit cut the answer off: nobody can tell whether its input is whole. */
const isCutOff = (message: JsonObject, content: ReadonlyArray<Json>, index: number): boolean => {
  const stop = readStop(message)
  const isLast = index === content.length - 1
  return isLast && objectIn(content[index]).type === "tool_use" && stop !== undefined && cutsOff(stop.reason)
}

/** The events of a stream that says the same as a whole message. */
const eventsOf = (message: JsonObject): ReadonlyArray<JsonObject> => {
  const content: ReadonlyArray<Json> = Array.isArray(message.content) ? message.content : []
  return [
    { type: "message_start", message },
    ...content.flatMap((block, index): ReadonlyArray<JsonObject> => [
      {
        type: "content_block_start",
        index,
        content_block: isCutOff(message, content, index) ? { ...objectIn(block), input: {} } : block
      },
      { type: "content_block_stop", index }
    ]),
    { type: "message_delta", delta: message },
    { type: "message_stop" }
  ]
}

/** A whole message as the last thing an upstream says. */
export const decodeWhole = (state: AnswerState, body: unknown): AnswerStep => {
  if (!isJsonObject(body)) return failAnswer(state, noMessage)
  if (body.type === "error" || isJsonObject(body.error)) return stepEvent(state, { ...body, type: "error" })
  return Array.isArray(body.content) ? foldSteps(state, eventsOf(body), stepEvent) : failAnswer(state, noMessage)
}

/**
 * A non-streaming answer of an upstream as events: those of a stream that says the same, so that the two cannot differ.
 *
 * @param body the parsed JSON
 * @see wire contract, section 3
 */
export const decodeResponse = (body: unknown, options: CallOptions): ReadonlyArray<GenerationEvent> =>
  decodeWhole(initialAnswer(options), body)[1]
