import { Context } from "effect"

/** Somebody who wants to know word for word what a backend asks and hears, for a trace. An exchange may have several attempts. */
export interface Wiretap {
  /** A request is sent: its body as JSON. */
  readonly sent: (body: string | Uint8Array) => void
  /** What comes back: a model's raw text, or a server's bytes. */
  readonly heard: (piece: string | Uint8Array) => void
}

/** Who listens to the exchange of this fiber; mostly nobody. */
export const Wiretap = Context.Reference<Wiretap | undefined>("@pensieve/backends/Wiretap", {
  defaultValue: () => undefined
})
