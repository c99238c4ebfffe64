import type { Conversation, Part } from "@pensieve/models"
import { createHash } from "node:crypto"

/** Changes with whatever makes old answers useless. */
const version = 1

/**
 * What two requests have in common that must have the same answer, sha256 in hexadecimal: all that the model is shown and asked for, not
 * who asks, nor whether the answer is streamed.
 *
 * @param model the model that answers: its name in the configuration, and its own
 */
export const cacheKey = (conversation: Conversation, model: ReadonlyArray<string>): string => {
  const { system, turns, tools, toolChoice, parallelToolCalls, sampling, reasoning, output, stopSequences } =
    conversation
  return createHash("sha256")
    .update(
      canonical([
        version,
        model,
        system.filter(isShown),
        turns,
        tools,
        toolChoice,
        parallelToolCalls,
        sampling,
        reasoning,
        output,
        stopSequences,
        conversation.maxTokens,
        conversation.topLogprobs
      ])
    )
    .digest("hex")
}

/** Claude Code's line for its own billing is another one in each request. @see wire contract, section 7.1 */
const isShown = (part: Part): boolean => part.type !== "text" || !part.text.startsWith("x-anthropic-billing-header:")

/** JSON in which the order of keys says nothing; what is undefined is not there. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner
  )
