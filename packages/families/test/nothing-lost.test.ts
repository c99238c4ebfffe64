import { assert, describe, it } from "@effect/vitest"
import type { ModelPiece } from "@pensieve/models"
import fc from "fast-check"
import { type EndReason, type FamilyEvent, hermes, prompted } from "../src/index.ts"
import { options, read, tags } from "./reading.ts"

const fragment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...tags) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '{"name": "f", "arguments": {"a": "b"}}',
      '{"name": "g", "arguments": {}}',
      '[{"name": "f"}, 1]',
      '{"name": "f", "arguments": {"a": "<tool_call></tool_call></think>"}}',
      '{"name": "f", "arguments": {"a": "',
      '"}}',
      "[",
      "}"
    )
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom("\n", " ", "\n\n", "\u00a0", "\\", '"', "`", "<", "<tool_", "</", "<think", ">")
  },
  { weight: 2, arbitrary: fc.constantFrom("word", "two words", "ünï©ode 🎉", "日本", "x") }
)
const answer = fc.array(fragment, { maxLength: 14 }).map((parts) => parts.join(""))
const ends = fc.constantFrom<EndReason>("stop", "stop", "stop", "length", "cancelled")

const characters = (text: string): ReadonlyArray<ModelPiece> => [...text].map((character) => ({ text: character }))

/** What the events show, markers of decided calls and reasoning aside. */
const shown = (events: ReadonlyArray<FamilyEvent>): string =>
  events
    .map((event) => {
      switch (event.type) {
        case "text":
        case "reasoning":
          return event.text
        case "tool-call":
        case "malformed-call":
          return event.rawText
        case "reasoning-end":
          return ""
      }
    })
    .join("")

/** Without white space and tags, and without the tags that come about when those are taken out. */
const letters = (text: string): string => {
  const fewer = text.replaceAll(/<\/?(?:tool_call|think)>|\s/g, "")
  return fewer === text ? text : letters(fewer)
}

describe.each([hermes, prompted].map((family) => [family.name, family] as const))("the %s parser", (_, family) => {
  it("loses nothing the model wrote but tags and white space", () => {
    // Answers without a list of calls, whose members are told of one by one.
    const plain = answer.filter((text) => !text.includes("[") && !text.includes('"}}{') && !/\}\s*[^\s<]/.test(text))
    fc.assert(
      fc.property(plain, fc.boolean(), ends, (text, opensReasoning, reason) => {
        assert.strictEqual(letters(shown(read(family, text, options({ opensReasoning }), reason))), letters(text))
      }),
      { numRuns: 150 }
    )
  })
})

describe("hostile answers", () => {
  it.each([
    ["open tags", "<tool_call>"],
    ["beginnings of tags", "<tool_"],
    ["calls that leave a string open", '<tool_call>{"name": "f", "a": "'],
    ["tags inside strings", '<tool_call>["</tool_call><tool_call>[","'],
    ["calls nested in strings that only a backslash keeps open", '<tool_call>{\\"'],
    ["brackets", "<tool_call>[[[["]
  ])("of %s come out as they went in, but for white space and tags", (_, unit) => {
    const text = unit.repeat(Math.ceil(10_000 / unit.length))
    assert.strictEqual(letters(shown(read(hermes, characters(text)))), letters(text))
  })
})
