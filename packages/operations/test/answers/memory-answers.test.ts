import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { MemoryAnswers } from "../../src/answers/memory-answers.ts"

const bounds = { lifetimeMs: 100, bytes: 100 }

describe("answers in memory", () => {
  it("are there until their time is over", () => {
    const answers = new MemoryAnswers(bounds)
    answers.set("a", "x", 0)
    assert.strictEqual(answers.get("a", 99), "x")
    assert.isUndefined(answers.get("a", 100))
    assert.strictEqual(answers.bytes, 0)
  })

  it("make room: who was not asked for longest goes first", () => {
    const answers = new MemoryAnswers(bounds)
    for (const key of ["a", "b", "c", "d"]) answers.set(key, "x".repeat(23), 0)
    answers.get("a", 1)
    answers.set("e", "x".repeat(23), 2)
    assert.deepStrictEqual(
      ["a", "b", "c", "d", "e"].map((key) => answers.get(key, 3) !== undefined),
      [true, false, true, true, true]
    )
  })

  it("do not keep one that would push out most of the others", () => {
    const answers = new MemoryAnswers(bounds)
    answers.set("a", "x".repeat(25), 0)
    assert.isUndefined(answers.get("a", 1))
  })

  it("never take more than they may, and give back what was put in last", () => {
    const step = fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e", "f"), size: fc.nat(40), get: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const answers = new MemoryAnswers(bounds)
        const last = new Map<string, string>()
        for (const [now, { key, size, get }] of steps.entries()) {
          if (get) {
            const text = answers.get(key, now)
            if (text !== undefined) assert.strictEqual(text, last.get(key))
          } else {
            const text = `${now}`.padEnd(size, "é")
            answers.set(key, text, now)
            last.set(key, text)
          }
          assert.isAtMost(answers.bytes, bounds.bytes)
          assert.isAtLeast(answers.bytes, 0)
        }
      })
    )
  })
})
