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
})
