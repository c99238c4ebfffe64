import { assert, describe, it } from "@effect/vitest"
import type { FamilyEvent, FamilyParser } from "@pensieve/families"
import type { BridgeLine, GenerationEvent } from "@pensieve/models"
import { Result } from "effect"
import { makeAnswerReader } from "../../src/mlx/read-answer.ts"

const timings = { queueSeconds: 0, prefillSeconds: 0, decodeSeconds: 0, peakMemoryBytes: 0 }
const finished = (reason: "stop" | "length" | "cancelled" | "error", stop: string | null = null): BridgeLine => ({
  type: "finished",
  reason,
  stop,
  endToken: null,
  completionTokens: 7,
  timings
})
/** Text passes through; the marker `<call>` is a whole call. */
const parser: FamilyParser = {
  push: (piece): ReadonlyArray<FamilyEvent> =>
    "text" in piece
      ? [{ type: "text", text: piece.text }]
      : [{ type: "tool-call", name: "Read", input: { path: "a" }, rawText: "<call>" }],
  end: () => []
}
const read = (
  lines: ReadonlyArray<BridgeLine>,
  options: { callsAllowed?: boolean; stopSequences?: ReadonlyArray<string> } = {}
) => {
  const reader = makeAnswerReader({
    parser,
    makeCallId: () => "toolu_1",
    callsAllowed: true,
    stopSequences: [],
    ...options
  })
  const events: Array<GenerationEvent> = []
  for (const line of lines) {
    const reading = reader(line)
    if (Result.isFailure(reading)) return { events, error: reading.failure }
    events.push(...reading.success)
  }
  return { events, error: undefined }
}
const accepted: BridgeLine = { type: "accepted", generation: "g", promptTokens: 10 }
const started: BridgeLine = {
  type: "started",
  cachedTokens: 4,
  cacheCreationTokens: 5,
  restoredFrom: "memory"
}

describe("reading an answer of the engine", () => {
  it("keeps the three input counts disjoint", () => {
    const { events } = read([accepted, started, finished("stop")])
    const last = events.findLast((event) => event.type === "usage")
    assert.deepStrictEqual(last, {
      type: "usage",
      usage: { inputTokens: 1, cacheReadTokens: 4, cacheCreationTokens: 5, outputTokens: 7, reasoningTokens: 0 }
    })
  })

  it("ends with tool-use when a call was made, whatever the engine says", () => {
    for (const reason of ["stop", "length"] as const) {
      const { events } = read([accepted, { type: "piece", marker: "<call>", id: 1 }, finished(reason)])
      assert.deepStrictEqual(events.at(-1), { type: "finished", reason: "tool-use" })
    }
  })

  it("hands a call over as text when calls are not allowed", () => {
    const { events } = read([accepted, { type: "piece", marker: "<call>", id: 1 }, finished("stop")], {
      callsAllowed: false
    })
    assert.deepStrictEqual(events[1], { type: "text-delta", text: "<call>" })
    assert.deepStrictEqual(events.at(-1), { type: "finished", reason: "end-turn" })
  })

  it("reports the client's own stop sequence, and no other", () => {
    const own = read([accepted, finished("stop", "END")], { stopSequences: ["END"] })
    const ours = read([accepted, finished("stop", "<|user|>")], { stopSequences: ["END"] })
    assert.deepStrictEqual(own.events.at(-1), { type: "finished", reason: "stop-sequence", stopSequence: "END" })
    assert.deepStrictEqual(ours.events.at(-1), { type: "finished", reason: "end-turn" })
  })

  it("never calls a broken answer finished", () => {
    for (const reason of ["cancelled", "error"] as const) {
      const { events, error } = read([accepted, { type: "piece", text: "half" }, finished(reason)])
      assert.strictEqual(error?._tag, "BackendFailed")
      assert.isFalse(events.some((event) => event.type === "finished"))
    }
  })
})
