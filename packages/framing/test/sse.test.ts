import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  encodeSse,
  encodeSseComment,
  encodeSseJson,
  initialSseDecode,
  jsonLine,
  pushSse,
  type SseEvent
} from "../src/index.ts"
import { chunkedText, readAll, trickyText } from "./chunkings.ts"

const decodeAll = (chunks: ReadonlyArray<Uint8Array | string>): ReadonlyArray<SseEvent> =>
  readAll(pushSse, initialSseDecode, chunks)[1]

const encodable: fc.Arbitrary<SseEvent> = fc.record(
  {
    event: fc.constantFrom("ping", "message_start", "ü"),
    data: trickyText.map((text) => text.replaceAll("\r", "")),
    id: fc.constantFrom("1", "x y")
  },
  { requiredKeys: ["data"] }
)

/** A string stands for a comment. */
const encodeItem = (item: SseEvent | string): string =>
  typeof item === "string" ? encodeSseComment(item) : encodeSse(item)

describe("server-sent events", () => {
  it("writes a named event as the wire has it", () => {
    expect(encodeSseJson({ type: "ping" }, "ping")).toBe('event: ping\ndata: {"type":"ping"}\n\n')
    expect(encodeSseJson([1])).toBe("data: [1]\n\n")
  })

  it("gives back what was encoded, in any chunking", () => {
    const written = fc
      .array(fc.oneof(encodable, fc.string()), { maxLength: 6 })
      .chain((items) =>
        chunkedText(fc.constant(items.map(encodeItem).join(""))).map(({ chunks }) => ({ items, chunks }))
      )
    fc.assert(
      fc.property(written, ({ items, chunks }) => {
        expect(decodeAll(chunks)).toEqual(items.filter((item) => typeof item !== "string"))
      }),
      { numRuns: 300 }
    )
  })

  it("finds the same events in any chunking of any text", () => {
    fc.assert(
      fc.property(chunkedText(trickyText), ({ whole, chunks }) => {
        expect(decodeAll(chunks)).toEqual(decodeAll([whole]))
      }),
      { numRuns: 500 }
    )
  })

  it("takes LF, CR and CRLF for line ends, also cut in two", () => {
    const expected = [{ event: "a", data: "1\n2" }]
    for (const end of ["\n", "\r", "\r\n"]) {
      expect(decodeAll([["event: a", "data: 1", "data:2", "", ""].join(end)])).toEqual(expected)
    }
    expect(decodeAll(["event: a\r", "\ndata: 1\r", "\ndata:2\r", "\n\r", "\n"])).toEqual(expected)
  })

  it("drops a byte order mark at the start only", () => {
    expect(decodeAll(["\ufeffdata: \ufeffx\n\n"])).toEqual([{ data: "\ufeffx" }])
  })

  it("ignores comments, unknown fields, events without data, and an event cut off by the end", () => {
    expect(decodeAll([": hi\n\nevent: lonely\n\nretry: 5\nfoo: bar\ndata\n\ndata: cut"])).toEqual([{ data: "" }])
  })

  it("forgets the name of an event that had no data", () => {
    expect(decodeAll(["event: a\n\ndata: 1\n\n"])).toEqual([{ data: "1" }])
  })

  it("writes JSON in one line that no line splitter can cut", () => {
    fc.assert(
      fc.property(fc.jsonValue(), trickyText, (value, text) => {
        const line = jsonLine([value, text])
        expect(line).not.toMatch(/[\r\n\u0085\u2028\u2029]/)
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify([value, text])))
      })
    )
  })

  it("keeps a comment a comment, whatever its text", () => {
    fc.assert(
      fc.property(trickyText, (text) => {
        expect(decodeAll([encodeSseComment(text)])).toEqual([])
      })
    )
  })
})
