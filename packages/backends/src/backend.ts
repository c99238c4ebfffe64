import type { BackendError } from "@pensieve/errors"
import type { Capabilities, Conversation, GenerationEvent } from "@pensieve/models"
import { Context, type Duration, type Effect, type Stream } from "effect"

/** Whether a backend can answer now. `message` says why not, and what to do. */
export interface BackendStatus {
  readonly status: "starting" | "ready" | "failed"
  readonly message?: string
}

/**
 * Something that answers conversations.
 *
 * `generate` emits `accepted` once the request is known to be good (counted, fits); whatever is wrong with the request itself fails the
 * stream before that. The stream ends with `finished`, or fails. Interrupting it stops the work in every phase.
 */
export class Backend extends Context.Service<
  Backend,
  {
    readonly name: string
    /** The model it serves, as the user names it. */
    readonly model: string
    readonly status: Effect.Effect<BackendStatus>
    /** How long an early failure may take to keep its HTTP status; 10 s unless told otherwise. About a second for a remote server, whose prefill is silent. */
    readonly errorPatience?: Duration.Input
    /** Waits while the backend starts. */
    readonly capabilities: Effect.Effect<Capabilities, BackendError>
    /** Prompt tokens, exactly as `generate` would count them. */
    readonly countTokens: (conversation: Conversation) => Effect.Effect<number, BackendError>
    readonly generate: (conversation: Conversation) => Stream.Stream<GenerationEvent, BackendError>
  }
>()("@pensieve/backends/Backend") {}
