import { assert, describe, it } from "@effect/vitest"
import { BridgeLine } from "@pensieve/models"
import { Result, Schema } from "effect"

const decode = Schema.decodeUnknownResult(BridgeLine)

describe("the bridge's lines", () => {
  it("takes a piece of text and a marker as two different things", () => {
    const text = decode({ type: "piece", text: "<tool_call>" })
    const marker = decode({ type: "piece", marker: "<tool_call>", id: 7 })
    assert.deepStrictEqual(Result.getOrThrow(text), { type: "piece", text: "<tool_call>" })
    assert.deepStrictEqual(Result.getOrThrow(marker), { type: "piece", marker: "<tool_call>", id: 7 })
  })

  it("refuses a line of an unknown kind", () => {
    assert.isTrue(Result.isFailure(decode({ type: "surprise" })))
  })

  it("refuses a finish without its counts", () => {
    assert.isTrue(Result.isFailure(decode({ type: "finished", reason: "stop" })))
  })
})
