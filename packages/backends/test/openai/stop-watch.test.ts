import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { makeStopWatch } from "../../src/openai/stop-watch.ts"

const watched = (stops: ReadonlyArray<string>, pieces: ReadonlyArray<string>) => {
  const watch = makeStopWatch(stops)
  let text = ""
  for (const piece of pieces) {
    const { text: sure, stop } = watch.push(piece)
    text += sure
    if (stop !== undefined) return { text, stop }
  }
  return { text: text + watch.end(), stop: undefined }
}

describe("a stop sequence", () => {
  it("ends the text before it, wherever it is cut", () => {
    assert.deepStrictEqual(watched(["</block>"], ["<block>no</bl", "ock> more"]), {
      text: "<block>no",
      stop: "</block>"
    })
    assert.deepStrictEqual(watched(["</block>"], ["<block>no</bl"]), { text: "<block>no</bl", stop: undefined })
  })

  it("counts when it is whole first, as in an engine", () => {
    assert.deepStrictEqual(watched(["\n\n", "\n"], ["a\n\nb"]), { text: "a", stop: "\n" })
    assert.deepStrictEqual(watched(["abcd", "bc"], ["xabcd"]), { text: "xa", stop: "bc" })
  })

  it("that is empty is none", () => {
    assert.deepStrictEqual(watched([""], ["text"]), { text: "text", stop: undefined })
  })

  it("is found the same in any cutting of a text", () => {
    const letters = fc.constantFrom("a", "b", "c", "\n")
    const stops = fc.array(
      fc.array(letters, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
      { maxLength: 3 }
    )
    fc.assert(
      fc.property(stops, fc.array(letters, { maxLength: 20 }), fc.nat(), (sought, parts, at) => {
        const text = parts.join("")
        const place = text.length === 0 ? 0 : at % text.length
        const one = watched(sought, [...text])
        assert.deepStrictEqual(one, watched(sought, [text.slice(0, place), text.slice(place)]))
        if (one.stop !== undefined) assert.isTrue(text.startsWith(one.text + one.stop))
      }),
      { numRuns: 1000 }
    )
  })
})
