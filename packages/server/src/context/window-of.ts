import type { Backend } from "@pensieve/backends"
import type { Conversation } from "@pensieve/models"
import type { Decision } from "@pensieve/router"
import { Effect, Option } from "effect"

/**
 * Tokens of the window that a request has: the smaller of what the configuration says and what the backend tells; undefined where neither
 * does.
 */
export const windowOf = (
  backend: Backend["Service"],
  { window: configured, target }: Pick<Decision, "window" | "target">,
  { model: asked }: Pick<Conversation, "model">
): Effect.Effect<number | undefined> =>
  Effect.map(Effect.option(backend.capabilities), (known) => {
    if (Option.isNone(known)) return configured
    const { window: usual, models = [] } = known.value
    const own = models.find(({ id }) => id === (target.model ?? asked))
    const told = own === undefined ? usual : own.window
    return told === undefined || configured === undefined ? (told ?? configured) : Math.min(told, configured)
  })
