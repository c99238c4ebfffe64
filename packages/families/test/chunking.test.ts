import { assert, describe, it } from "@effect/vitest"
import type { ModelPiece } from "@pensieve/models"
import fc from "fast-check"
import { type EndReason, type FamilyEvent, hermes, prompted } from "../src/index.ts"
import { options, read, tags, tokens } from "./reading.ts"

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

/** Cuts a text at the given places (taken modulo its length). */
const cut = (text: string, places: ReadonlyArray<number>): ReadonlyArray<ModelPiece> => {
  const at = [...new Set([0, ...places.map((place) => place % (text.length + 1)), text.length])].toSorted(
    (a, b) => a - b
  )
  return at.slice(1).map((end, index) => ({ text: text.slice(at[index], end) }))
}

const characters = (text: string): ReadonlyArray<ModelPiece> => [...text].map((character) => ({ text: character }))

/** One letter before, at and one letter behind each tag's two ends. */
const aroundTags = (text: string): ReadonlyArray<ModelPiece> =>
  cut(
    text,
    [...text.matchAll(/<\/?(?:tool_call|think)>/g)].flatMap(({ 0: tag, index }) =>
      [index - 1, index, index + 1, index + tag.length - 1, index + tag.length, index + tag.length + 1].filter(
        (place) => place >= 0
      )
    )
  )

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

const plainLetter = fc.constantFrom(
  "a",
  "é",
  "🎉",
  "\n",
  " ",
  "\u00a0",
  "\ufeff",
  "\u3000",
  "{",
  '"',
  "\\",
  "`",
  ">",
  "/"
)

/** Without white space and tags, and without the tags that come about when those are taken out. */
const letters = (text: string): string => {
  const fewer = text.replaceAll(/<\/?(?:tool_call|think)>|\s/g, "")
  return fewer === text ? text : letters(fewer)
}

describe.each([hermes, prompted].map((family) => [family.name, family] as const))("the %s parser", (_, family) => {
  it("gives the same events for every cutting of the text", () => {
    fc.assert(
      fc.property(
        answer,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.boolean(),
        ends,
        (text, places, opensReasoning, reason) => {
          const given = options({ opensReasoning })
          const whole = read(family, text, given, reason)
          for (const pieces of [characters(text), cut(text, places), aroundTags(text)]) {
            assert.deepStrictEqual(read(family, pieces, given, reason), whole)
          }
        }
      ),
      { numRuns: 150 }
    )
  })

  it("gives the same events for tags as text and as tokens", () => {
    fc.assert(
      fc.property(answer, fc.boolean(), ends, (text, opensReasoning, reason) => {
        const asText = read(family, text, options({ opensReasoning }), reason)
        assert.deepStrictEqual(
          read(family, tokens(text), options({ opensReasoning, addedTokens: tags }), reason),
          asText
        )
      }),
      { numRuns: 150 }
    )
  })

  it("ends reasoning exactly where it told of some", () => {
    fc.assert(
      fc.property(answer, fc.boolean(), ends, (text, opensReasoning, reason) => {
        const kinds = read(family, text, options({ opensReasoning }), reason).map((event) => event.type)
        kinds.forEach((kind, index) => {
          if (kind === "reasoning") assert.strictEqual(kinds[index + 1], "reasoning-end")
          if (kind === "reasoning-end") assert.strictEqual(kinds[index - 1], "reasoning")
        })
      }),
      { numRuns: 150 }
    )
  })

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

  it("keeps text without tags exactly", () => {
    fc.assert(
      fc.property(fc.string({ unit: plainLetter }), (text) => {
        assert.strictEqual(shown(read(family, text)), text)
      })
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
