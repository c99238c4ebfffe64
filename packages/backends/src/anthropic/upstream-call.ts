import type { BackendError } from "@pensieve/errors"
import type { Effect } from "effect"
import type { HttpUpstream } from "../upstream/http-upstream.ts"
import type { KeySource } from "./credentials.ts"
import type { ListedModel } from "./list-models.ts"

/** What every request to the upstream needs. */
export interface Calling {
  readonly upstream: HttpUpstream
  /** The upstream's models; none where it does not tell. */
  readonly models: Effect.Effect<ReadonlyArray<ListedModel>, BackendError>
  /** Those of them that are known now. */
  readonly known: () => ReadonlyArray<ListedModel>
  /** A request found the upstream gone. */
  readonly lose: (error: BackendError) => Effect.Effect<void>
  /** Path before `/v1`. */
  readonly base: string
  readonly key: string | undefined
  readonly keyFrom: KeySource
  /** The model that answers every request, if the user named one. */
  readonly model: string | undefined
  /** Headers of every request, from the configuration. */
  readonly extraHeaders: Readonly<Record<string, string>>
  /** Headers of the requests that are ours: those of OpenAI's clients, translated. */
  readonly ownHeaders: Readonly<Record<string, string>>
}

/** The keys that no message may show. */
export const keysIn = (...headers: ReadonlyArray<Readonly<Record<string, string>>>): ReadonlyArray<string> =>
  headers.flatMap((each) =>
    ["x-api-key", "authorization"].flatMap((name) => {
      const value = each[name]
      return value === undefined ? [] : [value.replace(/^Bearer +/i, "")]
    })
  )
