import { assert, describe, it } from "@effect/vitest"
import type { Conversation, GenerationEvent, TokenLogprob } from "@pensieve/models"
import { anthropic, openaiChat, openaiResponses } from "@pensieve/translator"
import { Result } from "effect"
import fc from "fast-check"
import { logprobs } from "./arbitrary-logprobs.ts"
import { conversationOf } from "./conversation.ts"

const finished: GenerationEvent = { type: "finished", reason: "end-turn" }

/** Words with the chances of their tokens. */
const likelyWords: fc.Arbitrary<ReadonlyArray<GenerationEvent>> = fc
  .array(fc.tuple(logprobs, fc.string({ minLength: 1, maxLength: 5 })), { minLength: 1, maxLength: 4 })
  .map((pairs) => [
    ...pairs.flatMap(([event, words]): ReadonlyArray<GenerationEvent> => [event, { type: "text-delta", text: words }]),
    finished
  ])

const tokensIn = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<TokenLogprob> =>
  events.flatMap((event) => (event.type === "token-logprobs" ? event.tokens : []))

const asked = conversationOf({ topLogprobs: 2 })

const chat = (conversation: Conversation) => openaiChat.streamOptions(conversation, "chatcmpl-1", 0)
const responses = (conversation: Conversation) => openaiResponses.streamOptions(conversation, "resp_1", 0)
const ids = { idPrefix: "call_" }

/** All that an encoder writes for these events. */
const written = <State>(
  initial: State,
  step: (state: State, event: GenerationEvent) => readonly [State, ReadonlyArray<string>],
  events: ReadonlyArray<GenerationEvent>
): string => {
  let state = initial
  let all = ""
  for (const event of events) {
    const [next, frames] = step(state, event)
    state = next
    all += frames.join("")
  }
  return all
}

const chatText = (conversation: Conversation, events: ReadonlyArray<GenerationEvent>) =>
  written(openaiChat.initialStream(chat(conversation)), openaiChat.encodeStream, events)
const responsesText = (conversation: Conversation, events: ReadonlyArray<GenerationEvent>) =>
  written(openaiResponses.initialStream(responses(conversation)), openaiResponses.encodeStream, events)

const plainJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe("log probabilities", () => {
  it("come back from a stream of chat completions as they were", () => {
    fc.assert(
      fc.property(likelyWords, (events) => {
        const [, read] = openaiChat.decodeStream(openaiChat.initialDecode(ids), chatText(asked, events))
        assert.deepStrictEqual(tokensIn(read), tokensIn(events))
      })
    )
  })

  it("come back from a whole completion as they were", () => {
    fc.assert(
      fc.property(likelyWords, (events) => {
        const body = plainJson(Result.getOrThrow(openaiChat.encodeResponse(chat(asked), events)))
        assert.deepStrictEqual(tokensIn(openaiChat.decodeResponse(body, ids)), tokensIn(events))
      })
    )
  })

  it("come back from a stream of Responses as they were", () => {
    fc.assert(
      fc.property(likelyWords, (events) => {
        const [, read] = openaiResponses.decodeStream(openaiResponses.initialDecode(ids), responsesText(asked, events))
        assert.deepStrictEqual(tokensIn(read), tokensIn(events))
      })
    )
  })

  it("come back from a whole response as they were", () => {
    fc.assert(
      fc.property(likelyWords, (events) => {
        const body = plainJson(Result.getOrThrow(openaiResponses.encodeResponse(responses(asked), events)))
        assert.deepStrictEqual(tokensIn(openaiResponses.decodeResponse(body, ids)), tokensIn(events))
      })
    )
  })

  it("are not told to a client that did not ask", () => {
    const { topLogprobs: _, ...plain } = asked
    fc.assert(
      fc.property(likelyWords, (events) => {
        const [, ofChat] = openaiChat.decodeStream(openaiChat.initialDecode(ids), chatText(plain, events))
        const [, ofResponses] = openaiResponses.decodeStream(
          openaiResponses.initialDecode(ids),
          responsesText(plain, events)
        )
        assert.deepStrictEqual([tokensIn(ofChat), tokensIn(ofResponses)], [[], []])
      })
    )
  })

  it("go with the end where no words come behind them", () => {
    const token = { token: "a", logprob: -1, bytes: [97], alternatives: [] }
    const events: ReadonlyArray<GenerationEvent> = [{ type: "token-logprobs", tokens: [token] }, finished]
    const { choices } = Result.getOrThrow(openaiChat.encodeResponse(chat(asked), events))
    assert.deepStrictEqual(choices[0]?.logprobs?.content, [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }])
  })

  it("of servers that tell no bytes have those of the text; what says no token or no chance is left out", () => {
    const content = [
      { token: "é", logprob: -0.5 },
      { token: "b", logprob: -1, bytes: null, top_logprobs: [{ token: "c" }, { token: "b", logprob: -1 }] },
      { id: 3, logprob: -2 },
      null
    ]
    const body = { choices: [{ message: { content: "éb" }, logprobs: { content }, finish_reason: "stop" }] }
    const b = { token: "b", logprob: -1, bytes: [98] }
    assert.deepStrictEqual(tokensIn(openaiChat.decodeResponse(body, ids)), [
      { token: "é", logprob: -0.5, bytes: [0xc3, 0xa9], alternatives: [] },
      { ...b, alternatives: [b] }
    ])
  })

  it("cannot be asked of Anthropic's API, which is said", () => {
    const { notices } = anthropic.encodeRequest(asked, { model: "m" })
    assert.deepStrictEqual(
      notices.map(({ code }) => code),
      ["logprobs-not-given"]
    )
  })
})
