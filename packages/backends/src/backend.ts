import type { BackendError } from "@pensieve/errors"
import type { Capabilities, Conversation, GenerationEvent } from "@pensieve/models"
import { Context, type Duration, type Effect, type Redacted, type Scope, type Stream } from "effect"

/** Whether a backend can answer now; one that is `asleep` can, once a request has woken it. `message` says why not, and what to do. */
export interface BackendStatus {
  readonly status: "starting" | "ready" | "asleep" | "failed"
  readonly message?: string
}

/** A client's request, for a server that speaks the client's own API. */
export interface PassedRequest {
  readonly method: "GET" | "POST"
  /** Path, as the API names it, and query. */
  readonly path: string
  /** The client's, by lower-case name, without the local token. */
  readonly headers: Readonly<Record<string, string>>
  /** The model that was chosen for it, as that server names it. */
  readonly model?: string
  /** The parsed body, and the text it was parsed from. */
  readonly body?: { readonly body: unknown; readonly text: string }
}

/** That server's answer, of any status. */
export interface PassedAnswer {
  readonly status: number
  /** Those that concern the client, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Stream.Stream<Uint8Array, BackendError>
}

/** Passes a request on and gives back the answer as it comes. The exchange lives as long as the scope. */
export type PassThrough = (request: PassedRequest) => Effect.Effect<PassedAnswer, BackendError, Scope.Scope>

/** What a client sent beside the local token, for an upstream that takes the clients' own keys. */
export const ClientKeys = Context.Reference<ReadonlyArray<Redacted.Redacted>>("@pensieve/backends/ClientKeys", {
  defaultValue: () => []
})

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
    /** How it is in numbers, for whoever watches: bytes of memory, tokens in its cache. */
    readonly numbers?: Effect.Effect<Readonly<Record<string, number>>, BackendError>
    /** What it computes with, for whoever watches. */
    readonly words?: Effect.Effect<Readonly<Record<string, string>>, BackendError>
    /** Offered where the server behind it speaks Anthropic's API: whoever speaks it as well is passed on, untranslated. */
    readonly passThrough?: PassThrough
  }
>()("@pensieve/backends/Backend") {}
