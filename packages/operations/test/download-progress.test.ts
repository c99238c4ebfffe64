import { assert, describe, it } from "@effect/vitest"
import { endProgress, initialProgress, type ProgressPlace, showProgress } from "@pensieve/operations"

const terminal: ProgressPlace = { terminal: true, columns: 80 }
const file: ProgressPlace = { terminal: false, columns: 80 }
const total = 2.3e9

/** Everything that is written for reports of `[seconds, bytes]`. */
const written = (place: ProgressPlace, reports: ReadonlyArray<readonly [number, number]>, ofBytes = total) => {
  let state = initialProgress
  const texts = reports.map(([seconds, done]) => {
    const [next, text] = showProgress(state, { done, total: ofBytes }, seconds * 1000, place)
    state = next
    return text
  })
  return { texts, end: endProgress(state, place) }
}

describe("showProgress", () => {
  it("writes one line anew on a terminal, with bytes, percent, speed and what is left", () => {
    const { texts, end } = written(terminal, [
      [0, 0],
      [1, 46e6],
      [2, 92e6]
    ])
    assert.deepStrictEqual(texts, [
      "\r  0 kB of 2.3 GB, 0 %\x1b[K",
      "\r  46 MB of 2.3 GB, 2 %, 46 MB/s, 49 s left\x1b[K",
      "\r  92 MB of 2.3 GB, 4 %, 46 MB/s, 48 s left\x1b[K"
    ])
    assert.strictEqual(end, "\n")
  })

  it("never fills the terminal's last column", () => {
    const { texts } = written({ terminal: true, columns: 20 }, [
      [0, 0],
      [1, 1e9]
    ])
    for (const text of texts) assert.isAtMost(text.replace("\r", "").replace("\x1b[K", "").length, 19)
  })

  it("writes whole lines elsewhere, one every few seconds, and the last one once", () => {
    const { texts, end } = written(file, [
      [0, 0],
      [1, 1e8],
      [4.9, 5e8],
      [5, 5e8],
      [6, total],
      [7, total],
      [60, total]
    ])
    assert.deepStrictEqual(
      texts.map((text) => text.split(",")[0]),
      ["  0 kB of 2.3 GB", "", "", "  500 MB of 2.3 GB", "  2.3 GB of 2.3 GB", "", ""]
    )
    assert.isTrue(texts.every((text) => text === "" || text.endsWith("\n")))
    assert.strictEqual(end, "")
  })

  it("counts only what came now when a download goes on", () => {
    const { texts } = written(terminal, [
      [0, 1.15e9],
      [2, 1.17e9]
    ])
    assert.match(texts[1] ?? "", /1\.2 GB of 2\.3 GB, 50 %, 10 MB\/s, 2 min left/)
  })

  it("forgets old times, so that a stall is seen", () => {
    const { texts } = written(terminal, [
      [0, 0],
      [1, 5e8],
      [12, 5e8],
      [22, 5e8]
    ])
    assert.match(texts[3] ?? "", /500 MB of 2\.3 GB, 21 %, 0 kB\/s\S*$/)
  })

  it("goes on when bytes had to be thrown away", () => {
    const { texts } = written(terminal, [
      [0, 2e8],
      [1, 5e8],
      [2, 0],
      [3, 1e8]
    ])
    assert.match(texts[3] ?? "", /100 MB of 2\.3 GB, 4 %, 100 MB\/s/)
  })

  it("does not divide by nothing", () => {
    assert.match(written(terminal, [[0, 0]], 0).texts[0] ?? "", /100 %/)
  })
})
