import { says } from "./chat-chunks.ts"
import { messageEnd, messageOf, textBlock } from "./message-events.ts"
import type { UpstreamAnswer, UpstreamCall, UpstreamScript } from "./scripted-upstream.ts"

/** A request to a scripted upstream, as a script looks at it. */
interface SentChat {
  readonly messages: ReadonlyArray<{ readonly role: string }>
  readonly tools?: ReadonlyArray<unknown>
}

/** The body of a chat request. */
export const chatOf = (call: UpstreamCall): SentChat => JSON.parse(call.text) as SentChat

/** What comes without tools is no turn of a session. */
const turnsBeside =
  (aside: UpstreamAnswer) =>
  (...turns: ReadonlyArray<UpstreamAnswer>): UpstreamScript =>
  (call) => {
    const { messages, tools = [] } = chatOf(call)
    const done = messages.filter(({ role }) => role === "assistant").length
    return (tools.length === 0 ? undefined : turns[done]) ?? aside
  }

/** Answers each turn of a session as chat completions: the n-th for a conversation with n answers in it. */
export const playTurns = turnsBeside(says("{}"))

/** The same as Anthropic's Messages. */
export const playMessages = turnsBeside(messageOf(textBlock(0, "{}"), messageEnd()))
