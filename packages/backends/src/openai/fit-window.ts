import { type BackendError, PromptTooLong } from "@pensieve/errors"
import type { TokenEstimate } from "../upstream/token-estimate.ts"
import type { Traits } from "./traits.ts"

/** How far an estimate may be off: as a factor, before and after the upstream has told a count. */
const doubt = { guessed: 1.5, learned: 1.1 }

/** What is known of a prompt before it is sent. */
export interface PromptSize {
  /** Tokens, estimated. */
  readonly tokens: number
  readonly window: number | undefined
  readonly estimate: TokenEstimate
}

const doubtOf = ({ estimate }: PromptSize): number => (estimate.learned() ? doubt.learned : doubt.guessed)

/** A prompt that surely does not fit, for a server that would cut it without a word. */
export const overflowOf = (size: PromptSize, traits: Traits): BackendError | undefined =>
  traits.cutsPrompts && size.window !== undefined && size.tokens > size.window * doubtOf(size)
    ? new PromptTooLong({ promptTokens: size.tokens, window: size.window })
    : undefined

/**
 * The bound of an answer that leaves the prompt its room: some servers refuse a request whose two together are more than the
 * window. Rather too large than too small: what is refused can be asked again, an answer cut off is lost.
 */
export const roomFor = (size: PromptSize): number | undefined => {
  if (size.window === undefined) return undefined
  const room = size.window - Math.floor(size.tokens / doubtOf(size))
  return room > 0 ? room : undefined
}

/** Whether an error says that the prompt does not fit: then no other words help. */
export const isOverflow = (error: BackendError): boolean =>
  error._tag === "PromptTooLong" ||
  (error._tag === "InvalidRequest" && /^input (?:is too long|length and)/i.test(error.message))

/** The room that a server says it has left, when it refuses a bound as too large. */
export const roomTold = (error: BackendError): number | undefined => {
  if (error._tag !== "InvalidRequest") return undefined
  const [, prompt, window] = /exceed context limit: (\d+) \+ \d+ > (\d+)/.exec(error.message) ?? []
  const room = Number(window) - Number(prompt)
  return room > 0 ? room : undefined
}
