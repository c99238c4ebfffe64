import type { Conversation, Part } from "@pensieve/models"
import { note, type Notices } from "./notices.ts"

/** Claude Code's first system block; its value differs from one session to the next and would spoil an upstream's cache. */
const billingHeader = /^x-anthropic-billing-header:[^\n]*\n*/

/** What is left of a first part is the same part each time, so that what is made of it can be kept. */
const withoutHeader = new WeakMap<Part, Part>()

/**
 * The instructions without the billing header.
 *
 * @see wire contract, section 7.2
 */
export const systemParts = ({ system }: Conversation, notices: Notices): ReadonlyArray<Part> => {
  const [first, ...others] = system
  const header = first?.type === "text" ? billingHeader.exec(first.text)?.[0] : undefined
  if (first?.type !== "text" || header === undefined) return system
  note(notices, "billing-header-dropped", `Left out, since it changes from session to session: ${header.trim()}`, [
    "system",
    0
  ])
  const left = withoutHeader.get(first) ?? { type: "text", text: first.text.slice(header.length) }
  withoutHeader.set(first, left)
  return [left, ...others]
}
