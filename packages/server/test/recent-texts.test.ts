import { assert, describe, it } from "@effect/vitest"
import { makeRecentTexts } from "../src/recent-texts.ts"

const text = (words: string) => ({ bytes: Buffer.from(words) })

describe("recent texts", () => {
  it("know the one that has most in common with another", () => {
    const recent = makeRecentTexts(1000)
    const [near, far] = [text("one two three four"), text("one two 3 4 5 6 7 8")]
    recent.keep(near, undefined)
    recent.keep(far, undefined)
    const found = recent.resembling(Buffer.from("one two three five"))
    assert.strictEqual(found?.text, near)
    assert.deepStrictEqual(found?.shared, { head: 15, tail: 0 })
  })

  it("resemble nothing that is mostly something else", () => {
    const recent = makeRecentTexts(1000)
    recent.keep(text("one two three"), undefined)
    assert.isUndefined(recent.resembling(Buffer.from("one 2 3 4 5 6 7 8 9")))
  })

  it("hold the newest of each kind", () => {
    const recent = makeRecentTexts(1000)
    const first = text("a conversation")
    recent.keep(first, undefined)
    const next = text("a conversation that goes on")
    recent.keep(next, first)
    assert.strictEqual(recent.resembling(first.bytes)?.text, next)
  })

  it("are few, and together no larger than allowed", () => {
    const recent = makeRecentTexts(25)
    for (const word of ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"]) recent.keep(text(word), undefined)
    assert.isUndefined(recent.resembling(Buffer.from("aaaaaaaaaa")))
    assert.isDefined(recent.resembling(Buffer.from("bbbbbbbbbb")))
    for (let number = 10; number < 40; number++) recent.keep(text(`${number}`), undefined)
    assert.isUndefined(recent.resembling(Buffer.from("10")))
  })
})
