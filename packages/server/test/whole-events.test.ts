import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { makeWholeEvents } from "../src/whole-events.ts"

const piece = fc.constantFrom("data: x", "\n", "\r\n", "\r", "event: ü\u2028")
const texts = fc.array(
  fc.string({ unit: piece, maxLength: 6 }).map((text) => Buffer.from(text)),
  { maxLength: 12 }
)

describe("the whole events of a stream", () => {
  it("are the same bytes in the same order, and only the last may be held back", () => {
    fc.assert(
      fc.property(texts, (chunks) => {
        const events = makeWholeEvents()
        const through = chunks.map((chunk) => Buffer.from(events.push(chunk)))
        const held = Buffer.from(events.rest())
        assert.deepStrictEqual(Buffer.concat([...through, held]), Buffer.concat(chunks))
        assert.notMatch(held.toString(), /\n\n.|\r\n\r\n.|\r\r./s)
        for (let count = 1; count <= through.length; count++)
          assert.match(Buffer.concat(through.slice(0, count)).toString(), /^$|(\n\n|\r\n\r\n|\r\r)$/)
      })
    )
  })

  it("go on as soon as they are whole, wherever the empty line is cut", () => {
    for (const line of ["\n\n", "\r\n\r\n", "\r\r"])
      for (let at = 1; at < line.length; at++) {
        const events = makeWholeEvents()
        assert.lengthOf(events.push(Buffer.from(`data: 1${line.slice(0, at)}`)), 0)
        assert.strictEqual(Buffer.from(events.push(Buffer.from(`${line.slice(at)}data`))).toString(), `data: 1${line}`)
      }
  })
})
