import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { endUtf8, initialUtf8, pushUtf8 } from "../src/index.ts"
import { chunkedBytes, readAll } from "./chunkings.ts"

const decodeAll = (chunks: ReadonlyArray<Uint8Array>): string => {
  const [state, texts] = readAll(
    (from: typeof initialUtf8, chunk: Uint8Array) => {
      const [next, text] = pushUtf8(from, chunk)
      return [next, [text]] as const
    },
    initialUtf8,
    chunks
  )
  return texts.join("") + endUtf8(state)
}

const wholeDecoder = new TextDecoder("utf-8", { ignoreBOM: true })

const nearUtf8 = fc
  .array(
    fc.oneof(fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xc0, 0xc2, 0x80, 0xa0, 0xbf, 0x41, 0xff), fc.nat(255)),
    {
      maxLength: 60
    }
  )
  .map((bytes) => Uint8Array.from(bytes))

describe("incremental UTF-8", () => {
  it("gives a character whose bytes come one by one only when it is whole", () => {
    const [first, before] = pushUtf8(initialUtf8, Uint8Array.of(0xf0, 0x9f, 0x8e))
    const [second, after] = pushUtf8(first, Uint8Array.of(0x89))
    expect(before).toBe("")
    expect(after).toBe("🎉")
    expect(second.pending.length).toBe(0)
  })

  it("gives the text of the whole in any chunking, also of bytes that are no UTF-8", () => {
    fc.assert(
      fc.property(chunkedBytes(nearUtf8), ({ whole, chunks }) => {
        expect(decodeAll(chunks)).toBe(wholeDecoder.decode(whole))
      }),
      { numRuns: 500 }
    )
  })

  it("never holds back more than three bytes", () => {
    fc.assert(
      fc.property(nearUtf8, (bytes) => {
        expect(pushUtf8(initialUtf8, bytes)[0].pending.length).toBeLessThanOrEqual(3)
      })
    )
  })

  it("ends a cut character with a replacement character", () => {
    const [state] = pushUtf8(initialUtf8, Uint8Array.of(0xe2, 0x82))
    expect(endUtf8(state)).toBe("\ufffd")
    expect(endUtf8(initialUtf8)).toBe("")
  })
})
