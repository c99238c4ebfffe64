import { Effect } from "effect"
import type { Quirk } from "../quirk.ts"
import { listedModel } from "../upstream-model.ts"

/**
 * OpenAI's own service. New models refuse `max_tokens`, want `developer` for `system`, and take four stop sequences at most;
 * unknown fields are refused.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export const openai: Quirk = {
  name: "OpenAI",
  // Half the world says `owned_by: "openai"`; the address is its own.
  signs: ({ server }) => /^https:\/\/(?:[\w-]+\.)?api\.openai\.com$/.test(server),
  inspect: (_, list) => Effect.succeed(openai.signs(list) ? list.entries.map(listedModel) : undefined),
  traits: {
    request: {
      maxTokensField: "max_completion_tokens",
      systemRole: "developer",
      reasoningControl: "effort",
      samplingExtensions: false,
      promptCacheKey: true,
      files: true
    },
    answerFormats: { strict: false },
    mostStops: 4
  }
}
