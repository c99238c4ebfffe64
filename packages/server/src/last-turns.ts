import type { Usage } from "@pensieve/models"
import type { LastTurn, PreviousRoute } from "@pensieve/router"
import { Context, Layer } from "effect"

/** Conversations that are remembered; the one that was silent for longest is forgotten first. */
const capacity = 4096

/** How the last turn of a conversation went. */
export interface RememberedTurn extends LastTurn {
  readonly route: PreviousRoute
}

/** What the next request of a conversation is judged by: how long the last one was, and where it went. */
export class LastTurns extends Context.Service<
  LastTurns,
  {
    /** @param key what the requests of a conversation share */
    readonly get: (key: string | undefined) => RememberedTurn | undefined
    readonly set: (key: string | undefined, turn: RememberedTurn) => void
  }
>()("@pensieve/server/LastTurns") {
  static readonly layer: Layer.Layer<LastTurns> = Layer.sync(LastTurns, () => {
    const turns = new Map<string, RememberedTurn>()
    return LastTurns.of({
      get: (key) => (key === undefined ? undefined : turns.get(key)),
      set: (key, turn) => {
        if (key === undefined) return
        turns.delete(key)
        turns.set(key, turn)
        const [oldest] = turns.size > capacity ? turns.keys() : []
        if (oldest !== undefined) turns.delete(oldest)
      }
    })
  })
}

/** Tokens of a prompt and its answer together. */
export const tokensOf = ({ inputTokens, cacheReadTokens, cacheCreationTokens, outputTokens }: Usage): number =>
  inputTokens + cacheReadTokens + cacheCreationTokens + outputTokens
