import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { objectBytes, sharedJson } from "../../src/upstream/shared-json.ts"

const body = fc.dictionary(
  fc.string(),
  fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.array(fc.object()), fc.array(fc.string({ unit: "binary" })))
)
const written = (value: Readonly<Record<string, unknown>>): string => objectBytes(sharedJson(value)).toString("utf8")

describe("shared JSON", () => {
  it("is what JSON.stringify writes, the first time and again", () => {
    fc.assert(
      fc.property(body, (value) => {
        const text = Buffer.from(JSON.stringify(value)).toString("utf8")
        assert.strictEqual(written(value), text)
        assert.strictEqual(written(value), text)
        assert.strictEqual(sharedJson(value).characters, JSON.stringify(value).length)
      })
    )
  })

  it("takes one more field at its end", () => {
    const bytes = (value: Record<string, unknown>) => objectBytes(sharedJson(value), { max_tokens: 5 }).toString("utf8")
    assert.strictEqual(bytes({ model: "m" }), '{"model":"m","max_tokens":5}')
    assert.strictEqual(bytes({}), '{"max_tokens":5}')
  })

  it("writes an object in a list once", () => {
    let times = 0
    const message = {
      toJSON: () => {
        times += 1
        return { role: "user" }
      }
    }
    assert.strictEqual(written({ messages: [message] }), '{"messages":[{"role":"user"}]}')
    assert.strictEqual(written({ messages: [[], message] }), '{"messages":[[],{"role":"user"}]}')
    assert.strictEqual(times, 1)
  })

  it("is what JSON.stringify writes of lists that go on, fall back and part", () => {
    const item = (name: string) => ({ name, text: "ä".repeat(name.length) })
    const items = ["a", "bb", "ccc", "dddd", "eeeee"].map(item)
    const lists = fc.array(fc.oneof(fc.constantFrom(...items), fc.constantFrom("x", null, 5)), { maxLength: 7 })
    fc.assert(
      fc.property(fc.array(fc.tuple(lists, lists), { minLength: 1, maxLength: 8 }), (turns) => {
        for (const [messages, tools] of turns) {
          const value = { model: "m", messages, tools, stream: true }
          assert.strictEqual(written(value), JSON.stringify(value))
          assert.strictEqual(sharedJson(value).characters, JSON.stringify(value).length)
        }
      })
    )
  })

  it("takes what a list begins with from the one before in one piece", () => {
    const messages = Array.from({ length: 50 }, (_, index) => ({ index }))
    written({ messages })
    const next = { messages: [...messages, { index: 50 }] }
    assert.isBelow(sharedJson(next).pieces.length, 7)
    assert.strictEqual(written(next), JSON.stringify(next))
  })
})
