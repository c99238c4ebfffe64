import { says } from "./chat-chunks.ts"
import type { UpstreamAnswer, UpstreamCall, UpstreamScript } from "./scripted-upstream.ts"

/** A request to a scripted upstream, as a script looks at it. */
interface SentChat {
  readonly messages: ReadonlyArray<{ readonly role: string }>
  readonly tools?: ReadonlyArray<unknown>
}

/** The body of a chat request. */
export const chatOf = (call: UpstreamCall): SentChat => JSON.parse(call.text) as SentChat

/** Answers each turn of a session: the n-th for a conversation with n answers in it. What comes without tools is no turn of it. */
export const playTurns =
  (...turns: ReadonlyArray<UpstreamAnswer>): UpstreamScript =>
  (call) => {
    const { messages, tools = [] } = chatOf(call)
    const done = messages.filter(({ role }) => role === "assistant").length
    return (tools.length === 0 ? undefined : turns[done]) ?? says("{}")
  }
