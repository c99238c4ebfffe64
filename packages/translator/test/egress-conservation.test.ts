import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Notice, Part } from "@pensieve/models"
import { anthropic, openaiChat, openaiResponses } from "@pensieve/translator"
import { Result } from "effect"
import fc from "fast-check"
import { request as anthropicRequest } from "./anthropic/arbitrary-requests.ts"
import { request as chatRequest } from "./openai-chat/arbitrary-requests.ts"
import { request as responsesRequest } from "./openai-responses/arbitrary-requests.ts"

const context = { headers: {} }

/** Conversations of every dialect, in which every text is unique and marked. */
const conversation: fc.Arbitrary<Conversation> = fc.oneof(
  anthropicRequest.map((body) => Result.getOrThrow(anthropic.decodeRequest(body, context))),
  chatRequest.map((body) => Result.getOrThrow(openaiChat.decodeRequest(body, context))),
  responsesRequest.map((body) => Result.getOrThrow(openaiResponses.decodeRequest(body, context)))
)

/** As if it had come in a dialect of nobody: one of the upstream's own goes on untouched. */
const translated = (asked: Conversation): Conversation => ({ ...asked, source: { dialect: "none", body: {} } })

interface Sent {
  readonly body: unknown
  readonly notices: ReadonlyArray<Notice>
  readonly toolNames: ReadonlyMap<string, string>
}

const settings = {
  openaiChat: fc.record({
    model: fc.constant("m"),
    systemTurns: fc.constantFrom("in-place" as const, "folded" as const),
    toolMedia: fc.constantFrom("hoisted" as const, "placeholder" as const),
    images: fc.boolean(),
    files: fc.boolean()
  }),
  anthropic: fc.record({
    model: fc.constant("m"),
    systemTurns: fc.constantFrom("in-place" as const, "folded" as const)
  }),
  openaiResponses: fc.record({ model: fc.constant("m"), images: fc.boolean(), files: fc.boolean() })
}

const marksIn = (value: unknown): ReadonlyArray<string> => JSON.stringify(value)?.match(/«\d+»/g) ?? []

/** Bytes of media that a placeholder stands for are told by a notice, not repeated in it. */
const bytesOf = (part: Part): ReadonlyArray<string> => {
  if (part.type === "tool-result") return part.parts.flatMap(bytesOf)
  const isMedia = part.type === "image" || part.type === "document"
  return isMedia && part.source.kind === "base64" ? marksIn(part.source.data) : []
}

/** What of a part must reach the upstream: all but ids, and thoughts, which only their own service can use. */
const contentOf = (part: Part): unknown => {
  switch (part.type) {
    case "reasoning":
      return ""
    case "tool-call":
      return [part.name, part.input, part.rawText]
    case "tool-result":
      return part.parts.map(contentOf)
    case "opaque":
      return part.wireType === "redacted_thinking" ? "" : part.value
    default:
      return part
  }
}

const lost = ({ system, turns, tools, stopSequences, notices }: Conversation, sent: Sent): ReadonlyArray<string> => {
  const parts = [...system, ...turns.flatMap((turn) => turn.parts)]
  const found = new Set(marksIn([sent.body, sent.notices, notices, [...sent.toolNames.values()]]))
  const replaced = sent.notices.some(({ code }) => code === "image-not-sent" || code === "document-not-sent")
  const bytes = new Set(replaced ? parts.flatMap(bytesOf) : [])
  return marksIn([parts.map(contentOf), tools, stopSequences]).filter((mark) => !found.has(mark) && !bytes.has(mark))
}

const expectConserved = <Options>(
  options: fc.Arbitrary<Options>,
  encodeRequest: (conversation: Conversation, options: Options) => Sent
): void =>
  fc.assert(
    fc.property(conversation, options, (asked, chosen) => {
      assert.deepStrictEqual(lost(asked, encodeRequest(translated(asked), chosen)), [])
    }),
    { numRuns: 250 }
  )

describe("the content of any conversation reaches the upstream or a notice", () => {
  it("of chat completions", () => {
    expectConserved(settings.openaiChat, openaiChat.encodeRequest)
  })

  it("of Anthropic's Messages", () => {
    expectConserved(settings.anthropic, anthropic.encodeRequest)
  })

  it("of OpenAI's Responses", () => {
    expectConserved(settings.openaiResponses, openaiResponses.encodeRequest)
  })
})

describe("the check for lost content", () => {
  it("finds each thing that is left out", () => {
    const body = { model: "m", messages: [{ role: "user", content: "«0»" }], stop: ["«1»"] }
    const asked = Result.getOrThrow(openaiChat.decodeRequest(body, context))
    const { body: sent, ...rest } = openaiChat.encodeRequest(asked, { model: "m" })
    assert.deepStrictEqual(lost(asked, { body: sent, ...rest }), [])
    assert.deepStrictEqual(lost(asked, { body: { ...sent, messages: [] }, ...rest }), ["«0»"])
    assert.deepStrictEqual(lost(asked, { body: { ...sent, stop: [] }, ...rest }), ["«1»"])
  })
})
