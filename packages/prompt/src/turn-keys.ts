import { type JsonObject, type TemplateMessage } from "@pensieve/models"
import type { Arranged } from "./arrange.ts"
import { canonicalObject } from "./canonical-json.ts"

/** The name of a conversation up to and including one of its messages. */
export interface TurnKey {
  readonly message: number
  readonly key: string
}

/**
 * Names every beginning of a conversation, so that the bridge finds the tokens it had for it. Each key covers all before it:
 * tools and options, then message after message. Two requests that say the same have the same keys; a changed turn changes
 * its own key and all behind it.
 *
 * Reasoning is left out: clients drop it or send it back without its text, and the tokens are the same turn's all the same.
 *
 * @param options the template's keyword arguments
 * @param hash a collision-resistant hash of a text (SHA-256): two conversations with one key would share their tokens
 */
export const turnKeys = (
  arranged: Pick<Arranged, "messages" | "tools">,
  options: JsonObject,
  hash: (text: string) => string
): ReadonlyArray<TurnKey> => {
  let key = hash(JSON.stringify(["root", arranged.tools, canonicalObject(options)]))
  return arranged.messages.map((message, index) => {
    key = hash(JSON.stringify([key, message.role, said(message), callsText(message), message.tool_call_id ?? ""]))
    return { message: index, key }
  })
}

// Clients trim the parts of what the model said, or drop one of blanks; in what the user said blanks may matter.
const said = (message: TemplateMessage): string =>
  message.role === "assistant" ? message.content.replace(/\s+/g, " ").trim() : message.content

// Claude Code was seen to send a call's input back with the six letters `\u00a0` turned into the character.
const callsText = (message: TemplateMessage): string =>
  JSON.stringify(message.tool_calls ?? []).replaceAll("\\\\u00a0", "\u00a0")
