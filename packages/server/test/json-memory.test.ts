import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { makeJsonMemory } from "../src/json-memory.ts"

const megabyte = 1024 * 1024
const bytesOf = (text: string): Buffer => Buffer.from(text, "utf8")

const nativeParse = (text: string): { readonly type: string } & Readonly<Record<string, unknown>> => {
  try {
    return { type: "value", value: JSON.parse(text) }
  } catch (cause) {
    return { type: "invalid", problem: cause instanceof Error ? cause.message : "" }
  }
}

/** Without what JSON escapes: there Node 26.10's own parser gives some keys of objects of one shape another's name. */
const key = fc.oneof(fc.stringMatching(/^[a-zé😀[{: ]{0,3}$/u), fc.constantFrom("", "__proto__", "messages", "1"))
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("[[", '"', "\\", '\\"[', "{", "é😀", "__proto__"))
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie("list"), tie("object")),
  list: fc.array(fc.oneof({ weight: 3, arbitrary: tie("object") }, { weight: 1, arbitrary: tie("any") }), {
    maxLength: 4
  }),
  object: fc.dictionary(key, tie("any"), { maxKeys: 4 })
}))

describe("a JSON memory", () => {
  it("gives what JSON.parse gives, however often and however written", () => {
    const memory = makeJsonMemory(2000)
    fc.assert(
      fc.property(fc.oneof(value.object, value.any), fc.constantFrom(0, 1, "\t\r\n "), (sent, indent) => {
        const written = JSON.stringify(sent, null, indent)
        for (let turn = 0; turn < 2; turn++)
          assert.deepStrictEqual(memory.parse(bytesOf(written)), nativeParse(written))
      }),
      { numRuns: 500 }
    )
  })

  it("says of text that is no JSON what JSON.parse says, whatever the damage", () => {
    const memory = makeJsonMemory(megabyte)
    fc.assert(
      fc.property(
        value.object,
        fc.nat(),
        fc.nat(3),
        fc.constantFrom("", ",", "]", "}", '"', "x", "{}", "[]"),
        (sent, at, cut, put) => {
          const written = JSON.stringify({ messages: [sent, sent], ...sent })
          memory.parse(bytesOf(written))
          const chars = [...written]
          chars.splice(at % chars.length, cut, put)
          const damaged = bytesOf(chars.join("")).toString("utf8")
          assert.deepStrictEqual(memory.parse(bytesOf(damaged)), nativeParse(damaged))
        }
      ),
      { numRuns: 1000 }
    )
  })

  it("follows a text through one change after the other", () => {
    const memory = makeJsonMemory(megabyte)
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(12),
      put: fc.constantFrom("", ",", '{"a":1}', ',{"a":[{}]}', '],"tools":[{"b":2}', '"', "\\", "]", "}", " ", ":", "é")
    })
    fc.assert(
      fc.property(fc.array(value.object, { maxLength: 6 }), fc.array(change, { maxLength: 8 }), (sent, changes) => {
        let written = JSON.stringify({ model: "m", messages: sent, tools: [...sent, { name: "t" }], last: 1 })
        for (const { at, cut, put } of changes) {
          assert.deepStrictEqual(memory.parse(bytesOf(written)), nativeParse(written))
          const chars = [...written]
          chars.splice(Math.floor(at * chars.length), cut, put)
          const next = bytesOf(chars.join("")).toString("utf8")
          // Text that is no JSON is looked at, and the changes go on from the last that was.
          assert.deepStrictEqual(memory.parse(bytesOf(next)), nativeParse(next))
          if (nativeParse(next).type === "value") written = next
        }
      }),
      { numRuns: 2000 }
    )
  })

  it.each([
    '{"messages":[{"a":1}],"messages":[]}',
    '{"messages":[{"a":1}],"messages":5}',
    '{"messages":[{"a":1},{"b":2}],"messages":[{"c":3}]}',
    '{"__proto__":[{"a":1}]}',
    '{"m\\u0065ssages":[{"a":1}]}',
    '{"messages":[{"a":1},]}',
    '{"messages":[{"a":1}{"b":1}]}',
    '{"messages":[,{"a":1}]}',
    '{"messages":[{"a":1}},{"b":2}]}',
    '{"messages":[{"a":[1}]]}',
    '[[{"a":1}]]',
    '{"x":{"y":1},"messages":[{"a":1}]} {}',
    ""
  ])("reads %s as JSON.parse does", (written) => {
    assert.deepStrictEqual(makeJsonMemory(megabyte).parse(bytesOf(written)), nativeParse(written))
  })

  it("gives the very object that the same bytes gave before, wherever they stand", () => {
    const memory = makeJsonMemory(megabyte)
    const turn = '{"role":"user","content":"hello"}'
    const first = memory.parse(bytesOf(`{"messages":[${turn}]}`))
    const second = memory.parse(bytesOf(`{"tools":[], "messages":[{"role":"assistant"}, ${turn}]}`))
    assert.isTrue(first.type === "value" && second.type === "value")
    const messages = (parsed: unknown) => (parsed as { value: { messages: ReadonlyArray<object> } }).value.messages
    assert.strictEqual(messages(first)[0], messages(second)[1])
  })

  it("forgets what was not sent for long", () => {
    const memory = makeJsonMemory(1000)
    const old = '{"messages":[{"content":"old"}]}'
    const item = () => (memory.parse(bytesOf(old)) as { value: { messages: ReadonlyArray<object> } }).value.messages[0]
    const before = item()
    for (let at = 0; at < 20; at++) memory.parse(bytesOf(`{"messages":[{"content":"${String(at).repeat(100)}"}]}`))
    assert.notStrictEqual(item(), before)
    assert.deepStrictEqual(item(), before)
  })

  it("does not parse what is nested too deep", () => {
    assert.deepStrictEqual(makeJsonMemory(megabyte).parse(bytesOf("[".repeat(129))), { type: "too-deep" })
    assert.strictEqual(makeJsonMemory(megabyte).parse(bytesOf("[".repeat(128) + "]".repeat(128))).type, "value")
  })

  it("is not misled by brackets inside a string without end", () => {
    assert.strictEqual(makeJsonMemory(megabyte).parse(bytesOf(`["${"[".repeat(200)}`)).type, "invalid")
  })
})
