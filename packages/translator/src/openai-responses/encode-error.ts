import { errorField, errorRow, type PensieveError } from "@pensieve/errors"
import type { ResponsesError, ResponsesErrorBody } from "@pensieve/models"

/** An error as status and body of an answer. The request id is told in the header `x-request-id` only. */
export const encodeError = (error: PensieveError): { readonly status: number; readonly body: ResponsesErrorBody } => {
  const { status, openaiType, openaiCode } = errorRow(error)
  const param = error._tag === "PromptTooLong" ? "input" : (errorField(error) ?? null)
  return {
    status,
    body: { error: { message: error.message, type: openaiType, param, code: openaiCode } }
  }
}

/**
 * The `error` of `response.failed`. Its codes are a closed list in the SDK: faults of the server have one, and what
 * the request did wrong is `invalid_prompt` unless the error table has a code that clients act on.
 *
 * @see wire contract, section 8
 */
export const responseError = (error: PensieveError): ResponsesError => {
  const { openaiType, openaiCode } = errorRow(error)
  const code = openaiType === "server_error" ? "server_error" : (openaiCode ?? "invalid_prompt")
  return { code, message: error.message }
}
