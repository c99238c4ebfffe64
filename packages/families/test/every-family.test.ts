import { assert, describe, it } from "@effect/vitest"
import type { JsonObject, ModelPiece } from "@pensieve/models"
import fc from "fast-check"
import type { EndReason, FamilyEvent } from "../src/index.ts"
import { markerPieces, options, read } from "./reading.ts"
import { samples, schema, tools } from "./samples.ts"

const ends = fc.constantFrom<EndReason>("stop", "stop", "stop", "length", "cancelled")
const space = fc.constantFrom(
  "\n",
  " ",
  "\n\n",
  "\u00a0",
  "\\",
  '"',
  "'",
  "`",
  "<",
  "</",
  ">",
  ";",
  ",",
  "{",
  "}",
  "[",
  "]",
  "(",
  ")"
)
const word = fc.constantFrom("word", "two words", "ünï©ode 🎉", "日本", "x", "f")
const answerOf = (fragments: ReadonlyArray<string>) =>
  fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...fragments) },
        { weight: 3, arbitrary: space },
        { weight: 2, arbitrary: word }
      ),
      { maxLength: 14 }
    )
    .map((parts) => parts.join(""))

const cut = (text: string, places: ReadonlyArray<number>): ReadonlyArray<ModelPiece> => {
  const at = [...new Set([0, ...places.map((place) => place % (text.length + 1)), text.length])].toSorted(
    (a, b) => a - b
  )
  return at.slice(1).map((end, index) => ({ text: text.slice(at[index], end) }))
}

const characters = (text: string): ReadonlyArray<ModelPiece> => [...text].map((character) => ({ text: character }))

const cutEvery = (text: string, length: number): ReadonlyArray<ModelPiece> =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, index) => ({
    text: text.slice(index * length, (index + 1) * length)
  }))

const calls = (events: ReadonlyArray<FamilyEvent>) =>
  events.flatMap((event) => (event.type === "tool-call" ? [{ name: event.name, input: event.input }] : []))

const repairs = (events: ReadonlyArray<FamilyEvent>) =>
  events.flatMap((event) => (event.type === "tool-call" ? (event.repairs ?? []) : []))

/** What APIs allow as the name of a tool. */
const toolName = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,40}$/)

const shown = (events: ReadonlyArray<FamilyEvent>): string =>
  events
    .map((event) =>
      event.type === "text" || event.type === "reasoning"
        ? event.text
        : event.type === "reasoning-end"
          ? ""
          : event.rawText
    )
    .join("")

const string = fc.string({
  unit: fc.constantFrom(
    "a",
    "é",
    "🎉",
    "\n",
    " ",
    "{",
    "}",
    '"',
    "'",
    "\\",
    "<",
    ">",
    ",",
    ":",
    "]",
    "(",
    ")",
    "[",
    "&"
  )
})
const anyInput: fc.Arbitrary<JsonObject> = fc.record(
  {
    a: string,
    n: fc.integer(),
    x: fc.oneof(
      fc.array(fc.oneof(fc.integer(), string, fc.boolean(), fc.constant(null))),
      fc.dictionary(fc.constantFrom("k", "key_2"), string)
    )
  },
  { requiredKeys: [] }
)

describe.each(samples.map((sample) => [sample.family.name, sample] as const))("the %s family", (_, sample) => {
  const { family } = sample
  const given = options({ tools })
  const answer = answerOf(sample.fragments)

  it("gives the same events for every cutting of the text", () => {
    fc.assert(
      fc.property(
        answer,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.boolean(),
        ends,
        (text, places, opensReasoning, reason) => {
          const whole = read(family, text, { ...given, opensReasoning }, reason)
          for (const pieces of [characters(text), cut(text, places)])
            assert.deepStrictEqual(read(family, pieces, { ...given, opensReasoning }, reason), whole)
        }
      ),
      { numRuns: 120 }
    )
  })

  it("gives the same events for markers as text and as tokens", () => {
    fc.assert(
      fc.property(answer, fc.boolean(), ends, (text, opensReasoning, reason) => {
        const asText = read(family, text, { ...given, opensReasoning }, reason)
        const pieces = sample.markers.length === 0 ? [{ text }] : markerPieces(text, sample.markers)
        assert.deepStrictEqual(
          read(family, pieces, { ...given, opensReasoning, addedTokens: sample.markers }, reason),
          asText
        )
      }),
      { numRuns: 100 }
    )
  })

  it("ends reasoning exactly where it told of some", () => {
    fc.assert(
      fc.property(answer, fc.boolean(), ends, (text, opensReasoning, reason) => {
        const kinds = read(family, text, { ...given, opensReasoning }, reason).map((event) => event.type)
        kinds.forEach((kind, index) => {
          if (kind === "reasoning") assert.strictEqual(kinds[index + 1], "reasoning-end")
          if (kind === "reasoning-end") assert.strictEqual(kinds[index - 1], "reasoning")
        })
      }),
      { numRuns: 100 }
    )
  })

  it.each(sample.dropsHeaders === true ? [] : [sample.formWords ?? []])(
    "loses nothing but markers and white space of an answer without calls",
    (...formWords) => {
      const letters = (words: string): string => {
        const fewer = [...sample.fragments, ...sample.markers]
          .filter((fragment) => /^<[^<>]+>$|^\[[^[\]]+\]$/.test(fragment))
          .concat(formWords)
          .toSorted((a, b) => b.length - a.length)
          .reduce((rest, marker) => rest.replaceAll(marker, ""), words)
          .replaceAll(/\s/g, "")
        return fewer === words ? words : letters(fewer)
      }
      fc.assert(
        fc.property(answer, fc.boolean(), ends, (text, opensReasoning, reason) => {
          const events = read(family, text, { ...given, opensReasoning }, reason)
          if (calls(events).length === 0) assert.strictEqual(letters(shown(events)), letters(text))
        }),
        { numRuns: 120 }
      )
    }
  )

  it("keeps text without markers exactly", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "é", "🎉", "\n", " ", "\u00a0", "\u3000", "\\", "`", ">", "/", ".") }),
        (text) => {
          assert.strictEqual(shown(read(family, text, given)), text)
        }
      )
    )
  })

  it("reads its own rendering of a call, values kept exactly", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const raw = family.renderCall({ name: "f", input })
        const events = read(family, sample.markers.length === 0 ? raw : markerPieces(raw, sample.markers), {
          ...given,
          addedTokens: sample.markers
        })
        assert.deepStrictEqual(calls(events), [{ name: "f", input }])
        assert.deepStrictEqual(repairs(events), [])
      })
    )
  })

  it("reads its own rendering of a call by any name", () => {
    fc.assert(
      fc.property(toolName, (name) => {
        const raw = family.renderCall({ name, input: { a: "b" } })
        const asked = { toolNames: [name], tools: [{ name, inputSchema: {} }], addedTokens: sample.markers }
        const events = read(family, markerPieces(raw, sample.markers), { ...given, ...asked })
        assert.deepStrictEqual(calls(events), [{ name, input: { a: "b" } }])
      })
    )
  })

  it("gives no call that is cut off, wherever", () => {
    fc.assert(
      fc.property(anyInput, fc.nat(), fc.constantFrom<EndReason>("length", "stop"), (input, place, reason) => {
        const raw = family.renderCall({ name: "f", input })
        const required = { ...schema, required: Object.keys(input) }
        const asked = { ...given, tools: [{ name: "f", inputSchema: required }] }
        const events = read(family, raw.slice(0, place % raw.length), asked, reason)
        // Nothing but a closing marker may be missing.
        for (const call of calls(events)) assert.deepStrictEqual(call, { name: "f", input })
      }),
      { numRuns: 100 }
    )
  })

  it.each(sample.talk)("leaves talk about calls text: %s", (words) => {
    const events = read(family, words, given)
    assert.deepStrictEqual(calls(events), [])
    assert.strictEqual(shown(events), words)
  })

  it("takes a call that a limit cut off for none", () => {
    const events = read(family, sample.cutOff, given, "length")
    assert.deepStrictEqual(calls(events), [])
    assert.isTrue(events.some((event) => event.type === "malformed-call"))
  })

  it("reports a call to a tool that nobody declared", () => {
    const raw = family.renderCall({ name: "unheard_of", input: {} })
    assert.deepStrictEqual(calls(read(family, raw, given)), [{ name: "unheard_of", input: {} }])
  })

  const thoughts = family.reasoning({
    templateText: sample.templates.join(""),
    addedTokens: sample.markers,
    architecture: ""
  })
  it.each(thoughts === null || sample.callsEndReasoning === true ? [] : [thoughts])(
    "takes a call inside reasoning that closes for reasoning",
    ({ start, end }) => {
      const call = family.renderCall({ name: "f", input: {} })
      const events = read(family, `${start}Hm. ${call} no.${end}Done.`, given)
      assert.deepStrictEqual(calls(events), [])
      assert.strictEqual(events.filter((event) => event.type === "reasoning").length, 1)
    }
  )

  it.each([...new Set([...sample.fragments, '{"', "<", "```", "\n \t"])])("survives 10 kB of hostile %j", (unit) => {
    for (const beginning of ["", sample.cutOff]) {
      const pieces = cutEvery(beginning + unit.repeat(Math.ceil(10_000 / unit.length)), 7)
      assert.doesNotThrow(() => read(family, pieces, given))
    }
  })
})
