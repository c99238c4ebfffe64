import { errorField, errorRow, type PensieveError } from "@pensieve/errors"
import type { OpenaiChatErrorBody } from "@pensieve/models"
import { paramOf } from "./field-error.ts"

/**
 * The body of an error, and of the chunk that ends a broken stream.
 *
 * @see wire contract, section 8
 */
export const errorBody = (error: PensieveError): OpenaiChatErrorBody => {
  const { openaiType, openaiCode } = errorRow(error)
  const field = errorField(error)
  return {
    error: {
      message: error.message,
      type: openaiType,
      param: error._tag === "PromptTooLong" ? "messages" : field === undefined ? null : paramOf(field),
      code: openaiCode
    }
  }
}

/** An error as status and body of an answer. The request's id stands in the header `x-request-id` only. */
export const encodeError = (error: PensieveError): { readonly status: number; readonly body: OpenaiChatErrorBody } => ({
  status: errorRow(error).status,
  body: errorBody(error)
})
