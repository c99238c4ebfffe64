import { assert, describe, it } from "@effect/vitest"
import type { RepairRule } from "../src/index.ts"
import { parseJsonCalls } from "../src/json-calls.ts"

const calls = (body: string) => parseJsonCalls(body, true).calls

describe("the body of a call", () => {
  it.each([
    ["arguments", '{"name":"f","arguments":{"a":1}}'],
    ["parameters", '{"name":"f","parameters":{"a":1}}'],
    ["arguments before the name", '{"arguments":{"a":1},"name":"f"}'],
    ["a list of one", '[{"name":"f","arguments":{"a":1}}]']
  ])("may have %s", (_, body) => {
    assert.deepStrictEqual(parseJsonCalls(body, true), {
      calls: [{ name: "f", input: { a: 1 } }],
      leftovers: [],
      problem: null
    })
  })

  it.each<[RepairRule, string]>([
    ["arguments-as-text", '{"name":"f","arguments":"{\\"a\\":1}"}'],
    ["call-shape", '{"type":"function","function":{"name":"f","arguments":{"a":1}}}'],
    ["brackets", '{"name":"f","arguments":{"a":1}}}'],
    ["quotes", "{'name':'f','arguments':{'a':1}}"],
    ["missing-brackets", '{"name":"f","arguments":{"a":1}']
  ])("is mended by rule: %s", (rule, body) => {
    assert.deepStrictEqual(calls(body), [{ name: "f", input: { a: 1 }, repairs: [rule] }])
  })

  it("gets no closing brackets where the model did not end it", () => {
    assert.deepStrictEqual(parseJsonCalls('{"name":"f","arguments":{"a":1}', false).calls, [])
  })

  it.each([
    ["absent", '{"name":"f"}'],
    ["null", '{"name":"f","arguments":null}'],
    ["empty", '{"name":"f","arguments":{}}'],
    ["an empty string", '{"name":"f","arguments":""}']
  ])("has no input where its arguments are %s", (_, body) => {
    assert.deepStrictEqual(calls(body), [{ name: "f", input: {} }])
  })

  it.each([
    ["[1,2]", "the call is not a JSON object"],
    ["[null]", "the call is not a JSON object"],
    ["[[]]", "the call is not a JSON object"],
    ["[]", "the list of calls is empty"],
    ["", "the call is empty"],
    ['{"arguments":{}}', "the call has no name"],
    ['{"name":"","arguments":{}}', "the call has no name"],
    ['{"name":"f","arguments":[1]}', "the call's arguments are not a JSON object"],
    ['{"name":"f","arguments":"Paris"}', "the call's arguments are a string that holds no JSON object"],
    ['{"name":"f","arguments":{"a":"1}', "the call cannot be read: it breaks off inside a string or a comment"],
    [
      `{"name":"f","arguments":${"[".repeat(200)}${"]".repeat(200)}}`,
      "the call cannot be read: it is nested deeper than 128 levels"
    ]
  ])("%s is no call", (body, problem) => {
    assert.deepStrictEqual(parseJsonCalls(body, true), { calls: [], leftovers: [], problem })
  })

  it("gives each call of a list, and what else the list holds as left over", () => {
    assert.deepStrictEqual(parseJsonCalls('[{"name":"f"},"junk",{"name":"g"},3]', true), {
      calls: [
        { name: "f", input: {} },
        { name: "g", input: {} }
      ],
      leftovers: ['"junk"', "3"],
      problem: null
    })
  })

  it("gives each of several objects in a row, and the words between them as left over", () => {
    assert.deepStrictEqual(parseJsonCalls('{"name":"f"}\nand {"name":"g"} done', true), {
      calls: [
        { name: "f", input: {} },
        { name: "g", input: {} }
      ],
      leftovers: ["\nand ", " done"],
      problem: null
    })
  })

  it("keeps a key that would be a prototype as a key", () => {
    assert.deepStrictEqual(
      JSON.stringify(calls('{"name":"f","arguments":{"__proto__":{"x":1}}}')[0]?.input),
      '{"__proto__":{"x":1}}'
    )
  })
})
