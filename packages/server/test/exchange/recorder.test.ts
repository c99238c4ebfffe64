import { assert, describe, it } from "@effect/vitest"
import { makeRecorder } from "../../src/exchange/recorder.ts"

const largestTrace = 16 * 1024 * 1024

describe("what is written down of an exchange", () => {
  it("has each attempt's request as JSON", () => {
    const { tap, recorded } = makeRecorder()
    tap.sent(Buffer.from('{"model":"ä"}'))
    tap.sent("no json")
    assert.deepStrictEqual(
      recorded().attempts.map(({ sent }) => sent),
      [{ model: "ä" }, "no json"]
    )
  })

  it("has what each attempt heard, wherever its bytes were cut", () => {
    const { tap, recorded } = makeRecorder()
    tap.sent("{}")
    for (const byte of Buffer.from("data: ä€😀")) tap.heard(Uint8Array.of(byte))
    tap.sent("{}")
    tap.heard("<think>ä")
    tap.heard("€")
    assert.deepStrictEqual(
      recorded().attempts.map(({ heard }) => heard),
      ["data: ä€😀", "<think>ä€"]
    )
  })

  it("puts the pieces of one text together, but not those of two", () => {
    const { watch, recorded } = makeRecorder()
    watch([
      { type: "reasoning-delta", text: "so" },
      { type: "text-delta", text: "a" },
      { type: "heartbeat", silentMs: 5 }
    ])
    watch([
      { type: "text-delta", text: "b" },
      { type: "tool-call-start", id: "1", name: "Read" },
      { type: "tool-call-delta", json: '{"a"' },
      { type: "tool-call-delta", json: ":1}" }
    ])
    assert.deepStrictEqual(
      recorded().events.map(({ event }) => event),
      [
        { type: "reasoning-delta", text: "so" },
        { type: "text-delta", text: "ab" },
        { type: "tool-call-start", id: "1", name: "Read" },
        { type: "tool-call-delta", json: '{"a":1}' }
      ]
    )
  })

  it("says when it was more than a trace may hold", () => {
    const { tap, recorded } = makeRecorder()
    tap.sent("{}")
    tap.heard("a".repeat(largestTrace - 2))
    assert.isFalse(recorded().truncated)
    tap.heard("b")
    const { attempts, truncated } = recorded()
    assert.isTrue(truncated)
    assert.strictEqual(attempts[0]?.heard.length, largestTrace - 2)
  })
})
