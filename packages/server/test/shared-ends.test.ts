import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { sharedEnds } from "../src/shared-ends.ts"

const long = Buffer.alloc(300_000, "abcdefg")

describe("what two texts have in common at their ends", () => {
  it("is as long as it can be, and counted once", () => {
    const bytes = fc.uint8Array({ max: 2, maxLength: 40 }).map((found) => Buffer.from(found))
    fc.assert(
      fc.property(bytes, bytes, bytes, bytes, (front, one, other, back) => {
        const [a, b] = [Buffer.concat([front, one, back]), Buffer.concat([front, other, back])]
        const { head, tail } = sharedEnds(a, b)
        assert.isAtMost(head + tail, Math.min(a.length, b.length))
        assert.deepStrictEqual(a.subarray(0, head), b.subarray(0, head))
        assert.deepStrictEqual(a.subarray(a.length - tail), b.subarray(b.length - tail))
        const end = Math.min(a.length, b.length)
        if (head < end) assert.notStrictEqual(a[head], b[head])
        if (head + tail < end) assert.notStrictEqual(a[a.length - tail - 1], b[b.length - tail - 1])
      }),
      { numRuns: 1000 }
    )
  })

  it.each([0, 1, 65_535, 65_536, 65_537, 200_000, 299_999])("is found behind %i bytes", (place) => {
    const changed = Buffer.from(long)
    changed[place] = 0
    assert.deepStrictEqual(sharedEnds(long, changed), { head: place, tail: long.length - place - 1 })
  })
})
