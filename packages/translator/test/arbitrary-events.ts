import { BackendFailed, Overloaded, PromptTooLong } from "@pensieve/errors"
import { type GenerationEvent, isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import fc from "fast-check"
import { logprobs } from "./arbitrary-logprobs.ts"

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom("", "\n", "🎉", "\u2028", "event: x\n\n", "</block>")
)

const id = fc.constantFrom("toolu_1", "toolu_2", "toolu_3")
const name = fc.constantFrom("Bash", "Read")

/** As it is after JSON: without `-0`, which JSON cannot tell from 0. */
const input: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((value): JsonObject => {
    const plain: unknown = JSON.parse(JSON.stringify(value))
    return isJsonObject(plain) ? plain : {}
  })

const count = fc.nat(100000)

const usage = fc.record({
  inputTokens: count,
  cacheReadTokens: count,
  cacheCreationTokens: count,
  outputTokens: count,
  reasoningTokens: count
})

const finishReason = fc.constantFrom("end-turn", "max-tokens", "stop-sequence", "tool-use", "refusal", "context-window")

const heartbeat = fc.record(
  { type: fc.constant("heartbeat"), silentMs: fc.constantFrom(0, 470_000, 480_000, 490_000) },
  { requiredKeys: ["type"] }
)

const redacted = fc.record({ type: fc.constant("redacted-reasoning"), data: fc.constantFrom("", "EmwK") })

const serverCall = fc.record({ type: fc.constant("server-tool-call"), id: fc.constant("srvtoolu_1"), name, input })

const serverResult = fc.record({
  type: fc.constant("server-tool-result"),
  callId: fc.constant("srvtoolu_1"),
  wireType: fc.constantFrom("web_search_tool_result", "web_fetch_tool_result"),
  content: fc.constantFrom<Json>([], { type: "web_search_tool_result_error", error_code: "unavailable" })
})

/** An event that may come anywhere before the end. */
const middleEvent: fc.Arbitrary<GenerationEvent> = fc.oneof(
  fc.record({ type: fc.constant("accepted"), promptTokens: count }),
  fc.record({ type: fc.constant("started"), cachedTokens: count }),
  fc.record({ type: fc.constant("prefill"), done: count, total: count }),
  heartbeat,
  fc.record({ type: fc.constant("reasoning-delta"), text }),
  redacted,
  fc.record({ type: fc.constant("reasoning-end"), signature: text }, { requiredKeys: ["type"] }),
  fc.record({ type: fc.constant("text-delta"), text }),
  logprobs,
  fc.record({ type: fc.constant("tool-call"), id, name, input }),
  fc.record({ type: fc.constant("tool-call-start"), id, name }),
  fc.record({ type: fc.constant("tool-call-delta"), json: fc.constantFrom("", "{", "}", '{"a":1}', '"a":', "1", " ") }),
  fc.record({ type: fc.constant("tool-call-end") }),
  serverCall,
  serverResult,
  fc.record({ type: fc.constant("usage"), usage })
)

/** The last event of an answer. */
const lastEvent: fc.Arbitrary<GenerationEvent> = fc.oneof(
  fc.record(
    { type: fc.constant("finished"), reason: finishReason, stopSequence: text },
    { requiredKeys: ["type", "reason"] }
  ),
  fc.record({
    type: fc.constant("failed"),
    error: fc.constantFrom(
      new BackendFailed({ message: "it died" }),
      new Overloaded({ message: "no memory" }),
      new PromptTooLong({ promptTokens: 2, window: 1 })
    )
  })
)

/** Events in any order, ends in the middle included. */
export const anyEvents: fc.Arbitrary<ReadonlyArray<GenerationEvent>> = fc.array(
  fc.oneof({ weight: 12, arbitrary: middleEvent }, { weight: 1, arbitrary: lastEvent }),
  { maxLength: 25 }
)

const streamedCall: fc.Arbitrary<ReadonlyArray<GenerationEvent>> = fc
  .tuple(id, name, input, fc.integer({ min: 1, max: 5 }))
  .map(([callId, callName, value, size]) => {
    const json = JSON.stringify(value)
    const pieces = Array.from({ length: Math.ceil(json.length / size) }, (_, at) =>
      json.slice(at * size, (at + 1) * size)
    )
    return [
      { type: "tool-call-start", id: callId, name: callName } as const,
      ...pieces.map((piece) => ({ type: "tool-call-delta", json: piece }) as const),
      { type: "tool-call-end" } as const
    ]
  })

const orderlyPiece: fc.Arbitrary<ReadonlyArray<GenerationEvent>> = fc.oneof(
  fc.record({ type: fc.constant("text-delta"), text }).map((event) => [event]),
  fc.tuple(logprobs, text).map(([event, words]) => [event, { type: "text-delta", text: words } as const]),
  fc
    .tuple(text, text)
    .map(([thought, signature]) => [
      { type: "reasoning-delta", text: thought } as const,
      { type: "reasoning-end", signature } as const
    ]),
  fc.record({ type: fc.constant("tool-call"), id, name, input }).map((event) => [event]),
  streamedCall,
  fc.oneof(heartbeat, redacted, serverCall, serverResult).map((event) => [event]),
  fc.record({ type: fc.constant("usage"), usage }).map((event) => [event])
)

/** What a well-behaved backend says. */
export const orderlyEvents: fc.Arbitrary<ReadonlyArray<GenerationEvent>> = fc
  .tuple(count, count, fc.array(orderlyPiece, { maxLength: 10 }), finishReason)
  .map(([promptTokens, cachedTokens, pieces, reason]) => [
    { type: "accepted", promptTokens } as const,
    { type: "started", cachedTokens } as const,
    ...pieces.flat(),
    { type: "finished", reason } as const
  ])
