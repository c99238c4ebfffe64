import type { Notice } from "@pensieve/models"

/** A request for an upstream. */
export interface EncodedRequest<Body> {
  readonly body: Body
  /**
   * The client's own text with nothing but the model's name replaced, to be sent instead of `body`; only for a conversation
   * that came in this dialect and whose text is known.
   */
  readonly text?: string
  /** What could not be said as the client said it. */
  readonly notices: ReadonlyArray<Notice>
  /** Own names of tools by the names sent, for those that differ: the decoder of the answer needs them. */
  readonly toolNames: ReadonlyMap<string, string>
  /** Ids of the calls the conversation has: the decoder of the answer gives none of them a second time. */
  readonly callIds: ReadonlyArray<string>
}
