import { errorDetailCode, errorRow, type PensieveError } from "@pensieve/errors"
import type { AnthropicErrorBody, AnthropicErrorObject } from "@pensieve/models"

/**
 * The `error` object of a body or of an `error` event.
 *
 * @see wire contract, section 5
 */
export const errorObject = (error: PensieveError): AnthropicErrorObject => {
  const code = errorDetailCode(error)
  return {
    type: errorRow(error).anthropicType,
    message: error.message,
    ...(code === undefined ? {} : { details: { error_code: code } })
  }
}

/** An error as status and body of an answer; `requestId` is also the value of the header `request-id`. */
export const encodeError = (
  error: PensieveError,
  requestId: string
): { readonly status: number; readonly body: AnthropicErrorBody } => ({
  status: errorRow(error).status,
  body: { type: "error", error: errorObject(error), request_id: requestId }
})
