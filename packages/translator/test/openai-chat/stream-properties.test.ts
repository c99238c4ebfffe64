import { assert, describe, it } from "@effect/vitest"
import { type FinishReason, type GenerationEvent, isJsonObject, type Usage } from "@pensieve/models"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "../arbitrary-events.ts"
import { chunked } from "../chunked.ts"
import { checkOneEnd, checkOwnIds, merged, usageOf, withoutIds, withWholeCalls } from "../answer-events.ts"
import { decodePieces, delta, fragment, plainOptions, streamOf } from "./decode-events.ts"
import { grammarProblem } from "./stream-grammar.ts"
import { streamText } from "./stream-text.ts"

const options = { id: "c", model: "m", created: 7, includeUsage: true }
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })

const bytesOf = (events: ReadonlyArray<GenerationEvent>) => new TextEncoder().encode(streamText(options, events))

/** The tokens of events. The dialect does not know what was written to a cache. */
const wireUsage = (events: ReadonlyArray<GenerationEvent>): Usage => {
  const usage = usageOf(events)
  return { ...usage, inputTokens: usage.inputTokens + usage.cacheCreationTokens, cacheCreationTokens: 0 }
}

/** What the dialect can say of a reason: a stop sequence is an end, a full window a bound. */
const reasons: Partial<Record<FinishReason, FinishReason>> = {
  "stop-sequence": "end-turn",
  "context-window": "max-tokens",
  "tool-use": "end-turn"
}

/** What must come back: words and thinking in their order, then the calls, the tokens and the end. */
const expected = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<object> => {
  const said = events.filter(
    (event) => (event.type === "text-delta" || event.type === "reasoning-delta") && event.text !== ""
  )
  const calls = withWholeCalls(events).filter((event) => event.type === "tool-call")
  const reason = events.flatMap((event) => (event.type === "finished" ? [event.reason] : []))[0] ?? "end-turn"
  return [
    ...merged(said),
    ...calls.map(withoutIds),
    { type: "usage", usage: wireUsage(events) },
    { type: "finished", reason: calls.length > 0 ? "tool-use" : (reasons[reason] ?? reason) }
  ]
}

describe("an answer that we encode and decode", () => {
  it("is the same, calls at its end", () => {
    fc.assert(
      fc.property(orderlyEvents, (events) => {
        const read = merged(decodePieces([bytesOf(events)]).filter((event) => event.type !== "reasoning-end"))
        assert.deepStrictEqual(read.map(withoutIds), expected(events))
      }),
      { numRuns: 500 }
    )
  })

  it("ends once, and fails exactly where the encoder failed, whatever order events come in", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const text = streamText(options, events)
        const ends = decodePieces([text]).map((event) => event.type)
        assert.strictEqual(ends.at(-1), text.endsWith("data: [DONE]\n\n") ? "finished" : "failed")
        assert.strictEqual(ends.filter((type) => type === "finished" || type === "failed").length, 1)
      }),
      { numRuns: 500 }
    )
  })
})

const text = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("<think>", "</think>", "<th", "é🎉", "\u2028", "{}", '{"a":1}')
)

const mayHave = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** Chunks as the most careless server might send them. */
const carelessChunk = fc.oneof(
  text.map((content) => delta({ content })),
  text.map((reasoning) => delta({ reasoning })),
  fc
    .record({
      index: mayHave(fc.nat(2)),
      id: mayHave(fc.constantFrom("", "a", "b")),
      name: mayHave(fc.constantFrom("", "ls")),
      json: text
    })
    .map(({ index, id, name, json }) => {
      const known: unknown = JSON.parse(JSON.stringify({ index, id, function: { name, arguments: json } }))
      return isJsonObject(known) ? fragment(known) : {}
    }),
  fc.constantFrom("stop", "length", "tool_calls", "error").map((reason) => delta({}, reason)),
  fc.constantFrom("data: [DONE]\n\n", ": comment\n\n", "data:\n\n", "data: oops\n\n", "\n", "\r\n\r\n"),
  fc.jsonValue({ maxDepth: 2 }).map((value) => `data: ${JSON.stringify(value)}\n\n`),
  fc
    .jsonValue({ maxDepth: 2 })
    .map((value) => `data: ${JSON.stringify({ choices: [{ delta: value, finish_reason: null }], usage: value })}\n\n`)
)

const careless = fc.array(carelessChunk, { maxLength: 12 }).map((chunks) => streamOf(...chunks))
const think = fc.constantFrom("none" as const, "tagged" as const, "opened" as const)

describe("any stream", () => {
  it("gives the same events in any chunking", () => {
    fc.assert(
      fc.property(careless, sizes, think, (stream, cuts, form) => {
        const settings = { ...plainOptions, think: form }
        const pieces = chunked(new TextEncoder().encode(stream), cuts)
        assert.deepStrictEqual(decodePieces(pieces, settings), decodePieces([stream], settings))
      }),
      { numRuns: 500 }
    )
  })

  it("gives exactly one end, last, and calls with ids of their own", () => {
    fc.assert(
      fc.property(careless, think, (stream, form) => {
        const events = decodePieces([stream], { ...plainOptions, think: form, callIds: ["a"] })
        checkOneEnd(events)
        checkOwnIds(events, ["a"])
      }),
      { numRuns: 500 }
    )
  })

  it("leaves us again as a stream that obeys the grammar", () => {
    fc.assert(
      fc.property(careless, think, (stream, form) => {
        const events = decodePieces([stream], { ...plainOptions, think: form })
        assert.isUndefined(grammarProblem(streamText(options, events), true, true))
      }),
      { numRuns: 300 }
    )
  })

  it("cut at any byte never ends well before its reason to end has come", () => {
    const stream = streamOf(
      delta({ content: "é🎉" }),
      fragment({ index: 0, id: "a", function: { name: "ls", arguments: "{}" } }),
      delta({}, "tool_calls")
    )
    const bytes = new TextEncoder().encode(stream)
    for (let length = 0; length < bytes.length; length++) {
      const last = decodePieces([bytes.slice(0, length)]).at(-1)
      // The last two bytes are line ends, without which the last chunk is whole too.
      assert.strictEqual(last?.type, length < bytes.length - 2 ? "failed" : "finished")
    }
  })
})
