import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import type { ThinkForm } from "@pensieve/translator/openai-chat"
import fc from "fast-check"
import { merged } from "../answer-events.ts"
import { decodePieces, delta, plainOptions, streamOf } from "./decode-events.ts"

const said = (think: ThinkForm, pieces: ReadonlyArray<string>) => {
  const events = merged(
    decodePieces([streamOf(...pieces.map((content) => delta({ content })), delta({}, "stop"))], {
      ...plainOptions,
      think
    })
  )
  const of = (type: GenerationEvent["type"]) =>
    events.map((event) => (event.type === type && "text" in event ? event.text : "")).join("")
  return [of("reasoning-delta"), of("text-delta")]
}

describe("thinking in plain text", () => {
  it("is what stands between the tags at the beginning", () => {
    assert.deepStrictEqual(said("tagged", ["<think>hm</think>\n\nHi"]), ["hm", "Hi"])
    assert.deepStrictEqual(said("tagged", ["\n<think>\nhm\n</think>Hi"]), ["\nhm\n", "Hi"])
  })

  it("is nothing where no tag opens", () => {
    assert.deepStrictEqual(said("tagged", ["The tag <think>x</think> opens"]), ["", "The tag <think>x</think> opens"])
    assert.deepStrictEqual(said("tagged", ["<thin"]), ["", "<thin"])
    assert.deepStrictEqual(said("tagged", ["  Hi"]), ["", "  Hi"])
  })

  it("begins without a tag where the template wrote it", () => {
    assert.deepStrictEqual(said("opened", ["hm</think>Hi"]), ["hm", "Hi"])
    assert.deepStrictEqual(said("opened", ["<think>hm</think>Hi"]), ["hm", "Hi"])
    assert.deepStrictEqual(said("opened", ["hm</thi"]), ["hm</thi", ""])
  })

  it("ends once: later tags are words", () => {
    assert.deepStrictEqual(said("tagged", ["<think>a</think>b</think>c"]), ["a", "b</think>c"])
  })

  it("is the same however the text is cut", () => {
    const words = fc.array(fc.constantFrom("<think>", "</think>", "<", "/", "think>", "a", "\n", " "), { maxLength: 8 })
    const form = fc.constantFrom("tagged" as const, "opened" as const)
    fc.assert(
      fc.property(words, form, (pieces, think) => {
        assert.deepStrictEqual(said(think, pieces), said(think, [pieces.join("")]))
        assert.deepStrictEqual(said(think, [...pieces.join("")]), said(think, [pieces.join("")]))
      }),
      { numRuns: 500 }
    )
  })
})
