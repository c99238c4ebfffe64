import {
  type BackendError,
  BackendFailed,
  BackendTimeout,
  BackendUnavailable,
  InvalidRequest,
  Overloaded,
  PromptTooLong
} from "@pensieve/errors"
import { type BridgeLine, BridgeRefusal } from "@pensieve/models"
import { Data, Result, Schema } from "effect"

/** The engine's compiler does not take the grammar, or the model cannot carry one; nothing of an answer has come. */
export class GrammarRefused extends Data.TaggedError("GrammarRefused")<{ readonly message: string }> {}

/** The refusal that a line says, if it says one. */
export const grammarRefusal = (line: BridgeLine): GrammarRefused | undefined =>
  line.type === "finished" && (line.error?.code === "grammar_invalid" || line.error?.code === "grammar_unsupported")
    ? new GrammarRefused({ message: line.error.message })
    : undefined

const decodeRefusal = Schema.decodeUnknownResult(BridgeRefusal)

/** A refusal of the bridge (status and JSON body) as the error the client gets. */
export const refusalError = (status: number, body: unknown): BackendError => {
  const refusal = decodeRefusal(body)
  if (Result.isFailure(refusal))
    return new BackendFailed({ message: `The engine answered with status ${status} and no reason.` })
  const { code, message, field, promptTokens, window } = refusal.success.error
  switch (code) {
    case "prompt_too_long":
      return new PromptTooLong({ promptTokens: promptTokens ?? 0, window: window ?? 0 })
    case "template_error":
      return new InvalidRequest({
        message: `The model's chat template refused the conversation: ${message}`,
        field: "messages"
      })
    case "overloaded":
      return new Overloaded({ message, retryAfterSeconds: 5 })
    case "loading":
      return new Overloaded({ message, retryAfterSeconds: 5 })
    case "failed":
      return new BackendUnavailable({ message })
    case "invalid_request":
    case "forced_not_allowed":
      return new BackendFailed({
        message: `The engine refused the request${field === undefined ? "" : ` (${field})`}: ${message}`
      })
    default:
      return new BackendFailed({ message })
  }
}

/** An answer that the engine says has failed. */
export const answerError = ({ error }: Extract<BridgeLine, { type: "finished" }>): BackendError =>
  error?.code === "overloaded"
    ? new Overloaded({ message: error.message, retryAfterSeconds: 5 })
    : new BackendFailed({ message: error?.message ?? "The engine failed while it worked on this request." })

/** A call that brought no answer at all. */
export const callError = (cause: unknown): BackendError =>
  isTimeout(cause) ? stuck : new BackendUnavailable({ message: "The engine cannot be reached." })

/** An answer that broke off. */
export const bodyError = (cause: unknown): BackendError =>
  isTimeout(cause) ? stuck : new BackendFailed({ message: "The engine stopped while it worked on this request." })

const stuck = new BackendTimeout({ message: "The engine made no progress for 50 minutes." })

const isTimeout = (cause: unknown): boolean =>
  typeof cause === "object" &&
  cause !== null &&
  "code" in cause &&
  (cause.code === "UND_ERR_HEADERS_TIMEOUT" || cause.code === "UND_ERR_BODY_TIMEOUT")
