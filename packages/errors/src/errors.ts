import { Data } from "effect"

/** What every error carries besides its own fields: a sentence saying what happened, with which value, and what to do. */
interface WithMessage {
  readonly message: string
}

/** The request is malformed or asks for what cannot be done; `field` is the dotted path of the offending value. */
export class InvalidRequest extends Data.TaggedError("InvalidRequest")<
  WithMessage & {
    readonly field?: string
    /** `error.details.error_code` of the Anthropic API, where its SDK knows one. */
    readonly detailCode?: string
  }
> {}

/** The rendered prompt does not fit the model's window. Its wording is parsed by Claude Code, which then compacts. */
export class PromptTooLong extends Data.TaggedError("PromptTooLong")<{
  /** Tokens of the rendered prompt. */
  readonly promptTokens: number
  /** Tokens the model can hold. */
  readonly window: number
}> {
  /** @see wire contract, section 5: exactly this text makes Claude Code compact and go on. */
  override get message(): string {
    return `prompt is too long: ${this.promptTokens} tokens > ${this.window} maximum`
  }
}

/** No credential, or a wrong one. */
export class AuthenticationFailed extends Data.TaggedError("AuthenticationFailed")<WithMessage> {}

/** An upstream wants to be paid before it answers: no credit, or a quota that is used up. */
export class PaymentRequired extends Data.TaggedError("PaymentRequired")<WithMessage> {}

/** The caller may not do this from where it stands (foreign Host or Origin). */
export class PermissionDenied extends Data.TaggedError("PermissionDenied")<WithMessage> {}

/** No such path, model or object. */
export class NotFound extends Data.TaggedError("NotFound")<
  WithMessage & {
    /** `error.details.error_code` of the Anthropic API, where its SDK knows one. */
    readonly detailCode?: string
  }
> {}

/** The path exists, the method does not. */
export class MethodNotAllowed extends Data.TaggedError("MethodNotAllowed")<WithMessage & { readonly allow: string }> {}

/** The body is larger than is taken. */
export class RequestTooLarge extends Data.TaggedError("RequestTooLarge")<WithMessage> {}

/** Too many failed attempts, or an upstream's own rate limit. */
export class RateLimited extends Data.TaggedError("RateLimited")<
  WithMessage & { readonly retryAfterSeconds?: number }
> {}

/** The engine cannot take more work now: loading, out of memory, queue full. */
export class Overloaded extends Data.TaggedError("Overloaded")<WithMessage & { readonly retryAfterSeconds?: number }> {}

/** The backend is not there: it could not be started or keeps failing. */
export class BackendUnavailable extends Data.TaggedError("BackendUnavailable")<WithMessage> {}

/** The backend died or broke its contract while it worked on this request. */
export class BackendFailed extends Data.TaggedError("BackendFailed")<WithMessage> {}

/** A server of somebody else's, whose API is passed on, cannot be reached, fails or breaks off. */
export class UpstreamFailed extends Data.TaggedError("UpstreamFailed")<
  WithMessage & {
    /** Nothing of the request reached it: it may be asked again once the server is there. */
    readonly unreachable: boolean
  }
> {}

/** The backend made no progress for too long. */
export class BackendTimeout extends Data.TaggedError("BackendTimeout")<WithMessage> {}

/** A fault of this program. */
export class InternalError extends Data.TaggedError("InternalError")<WithMessage> {}

/** The settings of a client cannot be changed as they are; nothing was written. Told on the command line only. */
export class SetupRefused extends Data.TaggedError("SetupRefused")<WithMessage> {}

/** The folder for Pensieve's state cannot be made or used. Told on the command line only. */
export class StateFolderFailed extends Data.TaggedError("StateFolderFailed")<WithMessage> {}

/** Nobody answered on a port of this machine, or not in the way of HTTP. Told on the command line only. */
export class NotReached extends Data.TaggedError("NotReached")<
  WithMessage & {
    /** Nothing listens there at all. */
    readonly refused: boolean
  }
> {}

/** Every error that can reach a client. */
export type PensieveError =
  | InvalidRequest
  | PromptTooLong
  | AuthenticationFailed
  | PaymentRequired
  | PermissionDenied
  | NotFound
  | MethodNotAllowed
  | RequestTooLarge
  | RateLimited
  | Overloaded
  | BackendUnavailable
  | BackendFailed
  | UpstreamFailed
  | BackendTimeout
  | InternalError

/** What a backend can fail with. Refusals of the caller (401 to 413) are those of an upstream, passed on. */
export type BackendError =
  | InvalidRequest
  | PromptTooLong
  | AuthenticationFailed
  | PaymentRequired
  | PermissionDenied
  | NotFound
  | RequestTooLarge
  | RateLimited
  | Overloaded
  | BackendUnavailable
  | BackendFailed
  | UpstreamFailed
  | BackendTimeout

/** The same error in other words. The words of an overflow are fixed. */
export const withMessage = (error: BackendError, message: string): BackendError => {
  switch (error._tag) {
    case "PromptTooLong":
      return error
    case "InvalidRequest":
      return new InvalidRequest({ message, ...(error.field === undefined ? {} : { field: error.field }) })
    case "AuthenticationFailed":
      return new AuthenticationFailed({ message })
    case "PaymentRequired":
      return new PaymentRequired({ message })
    case "PermissionDenied":
      return new PermissionDenied({ message })
    case "NotFound":
      return new NotFound({ message })
    case "RequestTooLarge":
      return new RequestTooLarge({ message })
    case "RateLimited":
      return new RateLimited({ message, ...waiting(error) })
    case "Overloaded":
      return new Overloaded({ message, ...waiting(error) })
    case "BackendUnavailable":
      return new BackendUnavailable({ message })
    case "BackendFailed":
      return new BackendFailed({ message })
    case "UpstreamFailed":
      return new UpstreamFailed({ message, unreachable: error.unreachable })
    case "BackendTimeout":
      return new BackendTimeout({ message })
  }
}

const waiting = ({ retryAfterSeconds }: { readonly retryAfterSeconds?: number }) =>
  retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
