import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encodeNdjson, endNdjson, initialNdjson, type NdjsonFrame, pushNdjson } from "../src/index.ts"
import { chunkedText, readAll, trickyText } from "./chunkings.ts"

const decodeAll = (chunks: ReadonlyArray<Uint8Array | string>, limit?: number): ReadonlyArray<NdjsonFrame> => {
  const [state, frames] = readAll(pushNdjson, initialNdjson(limit), chunks)
  return [...frames, ...endNdjson(state)]
}

describe("newline-delimited JSON", () => {
  it("gives back the values that were encoded", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (values) => {
        const frames = decodeAll([values.map(encodeNdjson).join("")])
        const texts = frames.map((frame) => (frame.type === "line" ? frame.text : frame.type))
        expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)))
      })
    )
  })

  it("finds the same lines in any chunking, too long ones included", () => {
    fc.assert(
      fc.property(chunkedText(trickyText), fc.integer({ min: 1, max: 30 }), ({ whole, chunks }, limit) => {
        expect(decodeAll(chunks, limit)).toEqual(decodeAll([whole], limit))
      }),
      { numRuns: 500 }
    )
  })

  it("reports a line that is too long once and goes on behind it", () => {
    expect(decodeAll(["1234", "5", "678\n12", "34\n"], 4)).toEqual([
      { type: "too-long" },
      { type: "line", text: "1234" }
    ])
  })

  it("never holds more than the limit", () => {
    fc.assert(
      fc.property(chunkedText(trickyText), ({ chunks }) => {
        const [state] = readAll(pushNdjson, initialNdjson(10), chunks)
        expect(state.line.length).toBeLessThanOrEqual(10)
      })
    )
  })

  it("takes CRLF, skips blank lines, and gives the last line without an end", () => {
    expect(decodeAll(["1\r\n\n \n2"])).toEqual([
      { type: "line", text: "1" },
      { type: "line", text: "2" }
    ])
  })

  it("waits for the end of a line", () => {
    expect(pushNdjson(initialNdjson(), '{"a":')[1]).toEqual([])
  })
})
