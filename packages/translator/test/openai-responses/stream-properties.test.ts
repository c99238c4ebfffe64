import { assert, describe, it } from "@effect/vitest"
import { type FinishReason, type GenerationEvent, isJsonObject, type JsonObject } from "@pensieve/models"
import { decodeResponse, encodeResponse } from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import fc from "fast-check"
import { checkOneEnd, checkOwnIds, merged, usageOf, withoutIds, withWholeCalls } from "../answer-events.ts"
import { anyEvents, orderlyEvents } from "../arbitrary-events.ts"
import { chunked } from "../chunked.ts"
import { decodePieces, plainOptions, streamOf } from "./decode-events.ts"
import { optionsOf } from "./some-options.ts"
import { grammarProblem } from "./stream-grammar.ts"
import { streamText } from "./stream-text.ts"

const sealing = { include: ["reasoning.encrypted_content"] }
const shown = optionsOf({ ...sealing, reasoning: { summary: "auto" } })
const hidden = optionsOf(sealing)
const options = fc.constantFrom(shown, hidden)
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })

/** Events that tell how long something takes, the counts, and what this dialect has no item for. */
const isUnsaid = (event: GenerationEvent): boolean =>
  ["accepted", "started", "heartbeat", "usage", "token-logprobs", "server-tool-call", "server-tool-result"].includes(
    event.type
  ) ||
  ((event.type === "text-delta" || event.type === "reasoning-delta") && event.text === "") ||
  (event.type === "reasoning-end" && !event.signature)

const reasons: Partial<Record<FinishReason, FinishReason>> = {
  "stop-sequence": "end-turn",
  "tool-use": "end-turn",
  "context-window": "max-tokens"
}

/** What an answer ends with: whatever the backend said, a call is a call. */
const endOf = (reason: FinishReason, called: boolean): object => ({
  type: "finished",
  reason: called ? "tool-use" : (reasons[reason] ?? reason)
})

const spoken = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<object> => {
  const said = withWholeCalls(events).filter((event) => !isUnsaid(event))
  const called = said.some((event) => event.type === "tool-call")
  return merged(said)
    .map(withoutIds)
    .map((event) => (event.type === "finished" ? endOf(event.reason, called) : event))
}

describe("an answer that we encode and decode", () => {
  it("is the same, in its order, streamed", () => {
    fc.assert(
      fc.property(options, orderlyEvents, (settings, events) => {
        const read = decodePieces([streamText(settings, events)])
        assert.deepStrictEqual(spoken(read), spoken(events))
        assert.deepStrictEqual(read.at(-2), { type: "usage", usage: usageOf(events) })
      }),
      { numRuns: 200 }
    )
  })

  it("is the same, in its order, whole", () => {
    fc.assert(
      fc.property(options, orderlyEvents, (settings, events) => {
        const body: unknown = JSON.parse(JSON.stringify(Result.getOrThrow(encodeResponse(settings, events))))
        assert.deepStrictEqual(spoken(decodeResponse(body, plainOptions)), spoken(events))
      }),
      { numRuns: 200 }
    )
  })

  it("ends once, and fails exactly where the encoder failed, whatever order events come in", () => {
    fc.assert(
      fc.property(options, anyEvents, (settings, events) => {
        const text = streamText(settings, events)
        const read = decodePieces([text])
        checkOneEnd(read)
        assert.strictEqual(read.at(-1)?.type, text.includes("event: response.failed\n") ? "failed" : "finished")
      }),
      { numRuns: 200 }
    )
  })
})

const text = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("é🎉", "\u2028", "{}", '{"a":1}', '{"a'))
const status = fc.constantFrom("completed", "incomplete", "in_progress")

const item: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.array(text, { maxLength: 2 }).map((texts) => ({
    type: "message",
    content: texts.map((words) => ({ type: "output_text", text: words }))
  })),
  fc.record({
    type: fc.constant("function_call"),
    call_id: fc.constantFrom("", "a", "b"),
    name: fc.constantFrom("", "ls"),
    arguments: text,
    status
  }),
  fc.record({
    type: fc.constant("reasoning"),
    summary: fc.array(fc.record({ text }), { maxLength: 2 }),
    encrypted_content: text
  }),
  fc.constantFrom<JsonObject>({ type: "web_search_call" }, {})
)

const output_index = fc.nat(2)

/** Events as the most careless server might send them. */
const carelessEvent = fc.oneof(
  fc.record(
    {
      type: fc
        .constantFrom("output_text", "refusal", "reasoning_text", "reasoning_summary_text")
        .map((kind) => `response.${kind}.delta`),
      output_index,
      delta: text
    },
    { requiredKeys: ["type", "delta"] }
  ),
  fc.record({ type: fc.constant("response.output_item.done"), output_index, item }, { requiredKeys: ["type", "item"] }),
  fc.record({ type: fc.constant("response.reasoning_summary_part.added"), output_index, summary_index: output_index }),
  fc.record({
    type: fc.constantFrom("response.completed", "response.incomplete", "response.failed"),
    response: fc.record({ output: fc.array(item, { maxLength: 3 }) })
  }),
  fc.constantFrom("response.created", "keepalive", "error", "new").map((type) => ({ type })),
  fc.constantFrom("data: [DONE]\n\n", ": comment\n\n", "data:\n\n", "data: oops\n\n", "\n", "\r\n\r\n"),
  fc.jsonValue({ maxDepth: 2 }).map((value) => `data: ${JSON.stringify(value)}\n\n`),
  fc
    .tuple(
      fc.constantFrom("response.output_item.done", "response.output_text.delta", "response.completed"),
      fc.jsonValue({ maxDepth: 2 })
    )
    .map(
      ([type, value]) =>
        `data: ${JSON.stringify({ type, item: value, delta: value, response: value, output_index: value })}\n\n`
    )
)

const careless = fc
  .array(carelessEvent, { maxLength: 12 })
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
      fc.property(options, careless, (settings, stream) => {
        assert.isUndefined(grammarProblem(streamText(settings, decodePieces([stream])), true))
      }),
      { numRuns: 150 }
    )
  })
})
