import type { BackendError } from "@pensieve/errors"
import { anthropic } from "@pensieve/translator"
import { Effect } from "effect"
import { countIn, modelEntries } from "../openai/upstream-model.ts"
import type { HttpUpstream } from "../upstream/http-upstream.ts"
import { getJson, notNow } from "../upstream/look.ts"
import type { KeySource } from "./credentials.ts"

/** One model of the upstream, with its window and the longest answer it writes, in tokens, where they are told. */
export interface ListedModel {
  readonly id: string
  readonly window: number | undefined
  readonly mostTokens: number | undefined
}

/** How the list is asked for. */
interface ListOptions {
  readonly base: string
  readonly headers: Readonly<Record<string, string>>
  readonly keys: ReadonlyArray<string>
  readonly keyFrom: KeySource
}

/**
 * The models of an upstream; none where it does not tell, or tells only to whoever brings a key.
 *
 * @see https://platform.claude.com/docs/en/api/models/list
 */
export const listModels = (
  upstream: HttpUpstream,
  { base, headers, keys, keyFrom }: ListOptions
): Effect.Effect<ReadonlyArray<ListedModel>, BackendError> =>
  Effect.gen(function* () {
    const { status, body, text } = yield* getJson(upstream, `${base}/v1/models?limit=1000`, headers)
    const refused = (status === 401 || status === 403) && keyFrom === "environment"
    if (refused || status >= 500) return yield* notNow(anthropic.decodeError(status, text), keys)
    const entries = status === 200 ? (modelEntries(body) ?? []) : []
    return entries.map((entry) => ({
      id: entry.id,
      window: countIn(entry["max_input_tokens"]),
      mostTokens: countIn(entry["max_tokens"])
    }))
  })
