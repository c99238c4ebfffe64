import type { Conversation, Turn } from "@pensieve/models"
import type { Shortfall } from "./call-gate.ts"

/** A call is written again at this temperature at most. */
const calmTemperature = 0.2
/** An answer that was empty is tried again at this temperature at least. */
const livelyTemperature = 0.7

/** What the model is asked where its answer fell short. The client never sees it, and it is no part of the conversation. */
export const secondAttempt = (
  conversation: Conversation,
  shortfall: Shortfall,
  makeCallId: () => string
): Conversation => (shortfall.type === "empty" ? again(conversation) : corrected(conversation, shortfall, makeCallId()))

/** The same once more, without thinking, which is where empty answers come from. */
const again = (conversation: Conversation): Conversation => {
  const { sampling, reasoning } = conversation
  const thought = reasoning.mode !== "off"
  return {
    ...conversation,
    reasoning: { mode: "off", display: reasoning.display },
    sampling: thought
      ? sampling
      : {
          ...sampling,
          temperature: Math.max(sampling.temperature ?? 0, livelyTemperature),
          ...(sampling.seed === undefined ? {} : { seed: sampling.seed + 1 })
        }
  }
}

/** The call and what is wrong with it, as a client would tell it. */
const corrected = (
  conversation: Conversation,
  { refused, said }: Extract<Shortfall, { type: "call" }>,
  id: string
): Conversation => {
  const { call, problem, rawText } = refused
  const known = call !== null && conversation.tools.some(({ name }) => name === call.name)
  const text = said.trim() === "" ? [] : [{ type: "text", text: said } as const]
  const turns: ReadonlyArray<Turn> =
    call === null
      ? [
          { role: "assistant", parts: [{ type: "text", text: said + rawText }] },
          {
            role: "user",
            parts: [{ type: "text", text: `That call could not be run: ${problem}. Write it again, whole.` }]
          }
        ]
      : [
          { role: "assistant", parts: [...text, { type: "tool-call", id, ...call }] },
          {
            role: "user",
            parts: [{ type: "tool-result", callId: id, parts: [{ type: "text", text: problem }], isError: true }]
          }
        ]
  return {
    ...conversation,
    turns: [...conversation.turns, ...turns],
    toolChoice: known ? { type: "tool", name: call.name } : { type: "any" },
    sampling: {
      ...conversation.sampling,
      temperature: Math.min(conversation.sampling.temperature ?? 1, calmTemperature)
    }
  }
}
