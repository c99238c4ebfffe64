import type { Effect } from "effect"
import type { TraitPatch } from "./traits.ts"
import type { ModelList, UpstreamModel } from "./upstream-model.ts"

/** Asks the server something besides the API; undefined for whatever is no JSON answer of status 200. */
export interface Ask {
  /** @param path from the server's root: `/props` */
  readonly get: (path: string) => Effect.Effect<unknown>
  readonly post: (path: string, body: unknown) => Effect.Effect<unknown>
}

/**
 * One kind of server: how it is told from others, what it tells of itself, and where it differs. One file each, named for
 * the server; `quirks.ts` is the table.
 */
export interface Quirk {
  readonly name: string
  /** Whether the model list looks like this server's. */
  readonly signs: (list: ModelList) => boolean
  /** Asks the server itself for its models; undefined if it is another one. */
  readonly inspect: (ask: Ask, list: ModelList) => Effect.Effect<ReadonlyArray<UpstreamModel> | undefined>
  readonly traits: TraitPatch
}

/** Whether an entry of the list belongs to somebody. */
export const ownedBy =
  (...owners: ReadonlyArray<string>) =>
  ({ entries }: ModelList): boolean =>
    entries.some((entry) => owners.includes(String(entry.owned_by)))
