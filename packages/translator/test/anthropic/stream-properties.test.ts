import { assert, describe, it } from "@effect/vitest"
import { type FinishReason, type GenerationEvent, isJsonObject, type JsonObject } from "@pensieve/models"
import { decodeResponse, encodeResponse, type StreamOptions } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import fc from "fast-check"
import { checkOneEnd, checkOwnIds, merged, usageOf, withoutIds, withWholeCalls } from "../answer-events.ts"
import { anyEvents, orderlyEvents } from "../arbitrary-events.ts"
import { chunked } from "../chunked.ts"
import { decodePieces, plainOptions, streamOf } from "./decode-events.ts"
import { grammarProblem } from "./stream-grammar.ts"
import { streamText } from "./stream-text.ts"

const options: StreamOptions = { id: "msg_1", model: "m" }
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })

const isOurs = (signature: string | undefined): boolean => signature?.startsWith("pensieve1.") ?? false

/** Events that tell how long something takes, the counts, which come more than once, and what this dialect does not tell. */
const isProgress = (event: GenerationEvent): boolean =>
  ["accepted", "started", "heartbeat", "usage", "token-logprobs"].includes(event.type)

/** What an answer says, in its order: a thought ends where it has a signature of its service or something else follows. */
const spoken = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<object> => {
  const said = withWholeCalls(events).filter(
    (event) =>
      !isProgress(event) && !((event.type === "text-delta" || event.type === "reasoning-delta") && event.text === "")
  )
  const unsigned = (event: GenerationEvent): boolean =>
    event.type === "reasoning-end" && (!event.signature || isOurs(event.signature))
  return merged(said.filter((event) => !unsigned(event))).map(withoutIds)
}

/** An encoder says `tool-use` if and only if there is a call. */
const reasonOf = (events: ReadonlyArray<GenerationEvent>): FinishReason => {
  const said = events.flatMap((event) => (event.type === "finished" ? [event.reason] : []))[0] ?? "end-turn"
  if (withWholeCalls(events).some((event) => event.type === "tool-call")) return "tool-use"
  return said === "tool-use" ? "end-turn" : said
}

const ended = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<object> =>
  spoken(events).map((event) => ("reason" in event ? { type: "finished", reason: reasonOf(events) } : event))

describe("an answer that we encode and decode", () => {
  it("is the same, in its order, streamed", () => {
    fc.assert(
      fc.property(orderlyEvents, (events) => {
        const read = decodePieces([streamText(options, events)])
        assert.deepStrictEqual(spoken(read), ended(events))
        assert.deepStrictEqual(read.at(-2), { type: "usage", usage: usageOf(events) })
      }),
      { numRuns: 200 }
    )
  })

  it("is the same, in its order, whole", () => {
    fc.assert(
      fc.property(orderlyEvents, (events) => {
        const message = Result.getOrThrow(encodeResponse(options, events))
        const body: unknown = JSON.parse(JSON.stringify(message))
        assert.deepStrictEqual(spoken(decodeResponse(body, plainOptions)), ended(events))
      }),
      { numRuns: 200 }
    )
  })

  it("ends once, and fails exactly where the encoder failed, whatever order events come in", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const text = streamText(options, events)
        const read = decodePieces([text])
        checkOneEnd(read)
        assert.strictEqual(read.at(-1)?.type, text.includes("event: message_stop\n") ? "finished" : "failed")
      }),
      { numRuns: 200 }
    )
  })
})

const text = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("é🎉", "\u2028", "{}", '{"a":1}', '{"a'))
const index = fc.nat(2)

const carelessBlock: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ type: fc.constantFrom("text", "thinking", "redacted_thinking", "new_block"), text, thinking: text }),
  fc.record({
    type: fc.constantFrom("tool_use", "server_tool_use"),
    id: fc.constantFrom("", "a", "b"),
    name: fc.constantFrom("", "ls"),
    input: fc.constantFrom<JsonObject>({}, { a: 1 })
  }),
  fc.constantFrom<JsonObject>({ type: "web_search_tool_result" }, {})
)

const carelessDelta: fc.Arbitrary<JsonObject> = fc.oneof(
  text.map((value) => ({ type: "text_delta", text: value })),
  text.map((value) => ({ type: "thinking_delta", thinking: value })),
  text.map((value) => ({ type: "signature_delta", signature: value })),
  text.map((value) => ({ type: "input_json_delta", partial_json: value }))
)

/** Events as the most careless server might send them. */
const carelessEvent = fc.oneof(
  fc.record({ type: fc.constant("content_block_start"), index, content_block: carelessBlock }),
  fc.record({ type: fc.constant("content_block_delta"), index, delta: carelessDelta }),
  fc.record({ type: fc.constant("content_block_stop"), index }),
  fc.constantFrom("end_turn", "max_tokens", "tool_use", "refusal").map((stop_reason) => ({
    type: "message_delta",
    delta: { stop_reason }
  })),
  fc.constantFrom("message_start", "message_stop", "ping", "error", "new").map((type) => ({ type })),
  fc.constantFrom("data: [DONE]\n\n", ": comment\n\n", "data:\n\n", "data: oops\n\n", "\n", "\r\n\r\n"),
  fc.jsonValue({ maxDepth: 2 }).map((value) => `data: ${JSON.stringify(value)}\n\n`),
  fc
    .tuple(
      fc.constantFrom("message_start", "content_block_start", "content_block_delta", "message_delta"),
      fc.jsonValue({ maxDepth: 2 })
    )
    .map(
      ([type, value]) =>
        `data: ${JSON.stringify({ type, message: value, content_block: value, delta: value, usage: value, index: value })}\n\n`
    )
)

const careless = fc
  .array(carelessEvent, { maxLength: 14 })
  .map((events) =>
    streamOf(...events.flatMap((event) => (typeof event === "string" || isJsonObject(event) ? [event] : [])))
  )

describe("any stream", () => {
  it("gives the same events in any chunking", () => {
    fc.assert(
      fc.property(careless, sizes, (stream, cuts) => {
        assert.deepStrictEqual(decodePieces(chunked(new TextEncoder().encode(stream), cuts)), decodePieces([stream]))
      }),
      { numRuns: 200 }
    )
  })

  it("gives exactly one end, last, and calls with ids of their own", () => {
    fc.assert(
      fc.property(careless, (stream) => {
        const events = decodePieces([stream], { ...plainOptions, callIds: ["a"] })
        checkOneEnd(events)
        checkOwnIds(events, ["a"])
      }),
      { numRuns: 200 }
    )
  })

  it("leaves us again as a stream that obeys the grammar", () => {
    fc.assert(
      fc.property(careless, (stream) => {
        assert.isUndefined(grammarProblem(streamText(options, decodePieces([stream])), true))
      }),
      { numRuns: 150 }
    )
  })
})
