import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@pensieve/models"
import { type FamilyEvent, type FamilyToolCall, hermes } from "../src/index.ts"
import { options, read, tags, tokens } from "./reading.ts"

const call = (name: string, input: JsonObject) =>
  `<tool_call>\n${JSON.stringify({ name, arguments: input })}\n</tool_call>`
const called = (name: string, input: JsonObject): FamilyToolCall => ({
  type: "tool-call",
  name,
  input,
  rawText: call(name, input)
})
const text = (words: string): FamilyEvent => ({ type: "text", text: words })
const reasoning = (words: string): FamilyEvent => ({ type: "reasoning", text: words })
const brokenOff = "the call cannot be read: it breaks off inside a string or a comment"
const sideBySide = "the call cannot be read: two values stand side by side"
const reasoningEnd: FamilyEvent = { type: "reasoning-end" }

describe.each([
  ["as text", (answer: string) => [{ text: answer }], options()],
  ["as tokens", tokens, options({ addedTokens: tags })]
] as const)("with the tags %s", (_, pieces, given) => {
  const answer = (
    words: string,
    more: { readonly opensReasoning?: boolean } = {},
    reason: "stop" | "length" = "stop"
  ) => read(hermes, pieces(words), { ...given, ...more }, reason)

  describe("calls", () => {
    it("give text and calls, without the white space between them", () => {
      assert.deepStrictEqual(answer(`On it.\n\n${call("f", { a: 1 })}\n${call("g", {})}`), [
        text("On it."),
        called("f", { a: 1 }),
        called("g", {})
      ])
    })

    it("keep the white space inside values", () => {
      assert.deepStrictEqual(answer(call("f", { a: "  x\n\ty  \n" })), [called("f", { a: "  x\n\ty  \n" })])
    })

    it("need no closing tag at the end of a turn", () => {
      const open = call("f", { a: 1 }).replace("\n</tool_call>", "")
      assert.deepStrictEqual(answer(open), [{ ...called("f", { a: 1 }), rawText: open, repairs: ["missing-end"] }])
    })

    it("need no closing tag before the next call", () => {
      assert.deepStrictEqual(answer(`<tool_call>{"name":"f"}<tool_call>{"name":"g"}</tool_call>`), [
        { type: "tool-call", name: "f", input: {}, rawText: '<tool_call>{"name":"f"}', repairs: ["missing-end"] },
        { type: "tool-call", name: "g", input: {}, rawText: '<tool_call>{"name":"g"}</tool_call>' }
      ])
    })

    it("are never given when the limit cut them off, even where the JSON is whole", () => {
      const raw = '<tool_call>\n{"name": "f", "arguments": {}}'
      assert.deepStrictEqual(answer(`Hm.\n${raw}`, {}, "length"), [
        text("Hm."),
        { type: "malformed-call", rawText: `\n${raw}`, problem: "the call was cut off (length)" }
      ])
    })

    it("are given when they were whole before the limit cut the text", () => {
      assert.deepStrictEqual(answer(`${call("f", {})}\nAnd`, {}, "length"), [called("f", {}), text("And")])
    })

    it("to tools that nobody declared are given", () => {
      assert.deepStrictEqual(answer(call("unheard_of", {})), [called("unheard_of", {})])
    })

    it("with an opener written twice are one call", () => {
      assert.deepStrictEqual(answer(`<tool_call>\n${call("f", {})}`), [
        { ...called("f", {}), repairs: ["doubled-start"] }
      ])
    })

    it("closed twice leave no tag in the text", () => {
      assert.deepStrictEqual(answer(`${call("f", {})}\n</tool_call>\nDone.`), [called("f", {}), text("Done.")])
    })

    it("may hold the tags themselves in a string", () => {
      const input = { content: "write <tool_call> and </tool_call>, then </think> and <think>" }
      assert.deepStrictEqual(answer(`${call("f", input)}\n${call("g", {})}`), [called("f", input), called("g", {})])
    })

    it("with broken JSON are mended where that needs no guess", () => {
      const raw = `<tool_call>\n{"name": "f", "arguments": {'a': "<tool_call>", }\n</tool_call>`
      assert.deepStrictEqual(answer(raw), [
        {
          type: "tool-call",
          name: "f",
          input: { a: "<tool_call>" },
          rawText: raw,
          repairs: ["quotes", "commas", "missing-brackets"]
        }
      ])
    })

    it("with broken JSON to tools that nobody declared are none", () => {
      const raw = "<tool_call>{'name': 'unheard_of'}</tool_call>"
      assert.deepStrictEqual(answer(raw), [
        { type: "malformed-call", rawText: raw, problem: "the call is not valid JSON, and its tool is unknown" }
      ])
    })

    it("that leave a string open lose none of the calls behind them", () => {
      const broken = '<tool_call>\n{"name": "f", "arguments": {"a": "x}}\n</tool_call>'
      assert.deepStrictEqual(answer(`${broken}\n${call("g", { b: "y" })}`), [
        { type: "malformed-call", rawText: broken, problem: "the call leaves a string open" },
        called("g", { b: "y" })
      ])
    })

    it("between two that leave a string open are not lost", () => {
      const broken = '<tool_call>\n{"name": "f", "arguments": {"a": "x}}\n</tool_call>'
      assert.deepStrictEqual(answer(`${broken}\n${call("g", { b: "y" })}\n${broken}\n`), [
        { type: "malformed-call", rawText: broken, problem: "the call leaves a string open" },
        called("g", { b: "y" }),
        { type: "malformed-call", rawText: broken, problem: brokenOff },
        text("\n")
      ])
    })
  })

  describe("what only looks like a call", () => {
    it("is text when nothing like JSON follows the tag", () => {
      const words = "Write <tool_call> first.\n\nThen </tool_call> last.\n"
      assert.deepStrictEqual(answer(words), [text(words)])
    })

    it("is text in back quotes", () => {
      const words = 'Write `<tool_call>{"name": "f", "arguments": {}}</tool_call>` to call.'
      assert.deepStrictEqual(answer(words), [text(words)])
    })

    it("comes whole when it is not valid JSON", () => {
      const raw = '<tool_call>\n{"name": "f", "arguments": {"a" 1}}\n</tool_call>'
      assert.deepStrictEqual(answer(`Hm.\n\n${raw}\nSorry.`), [
        text("Hm."),
        { type: "malformed-call", rawText: `\n\n${raw}`, problem: sideBySide },
        text("\nSorry.")
      ])
    })

    it("comes whole when it is wrong in another way and holds tags in a string", () => {
      const raw = '<tool_call>\n{"name": "f", "arguments": {"a": "<tool_call>{\\"b\\"}</tool_call>" x}}\n</tool_call>'
      assert.deepStrictEqual(answer(raw), [{ type: "malformed-call", rawText: raw, problem: sideBySide }])
    })

    it("comes whole when the limit cut it off inside a string that holds tags", () => {
      const raw = '<tool_call>\n{"name": "f", "arguments": {"a": "see <tool_call>\\n</tool_call> and'
      assert.deepStrictEqual(answer(raw, {}, "length"), [
        { type: "malformed-call", rawText: raw, problem: "the call was cut off (length)" }
      ])
    })

    it("is malformed when the tags hold nothing", () => {
      assert.deepStrictEqual(answer("<tool_call>\n</tool_call>"), [
        { type: "malformed-call", rawText: "<tool_call>\n</tool_call>", problem: "the call is empty" }
      ])
    })
  })

  describe("reasoning", () => {
    it("comes apart from the answer, without the white space at its seams", () => {
      assert.deepStrictEqual(answer("<think>\nHm.\n\nYes.\n</think>\n\nHello.\n"), [
        reasoning("Hm.\n\nYes."),
        reasoningEnd,
        text("Hello.\n")
      ])
    })

    it("may have been opened by the prompt", () => {
      assert.deepStrictEqual(answer("\nHm.\n</think>\nHello.", { opensReasoning: true }), [
        reasoning("Hm."),
        reasoningEnd,
        text("Hello.")
      ])
    })

    it("opened by the prompt may be opened again by the model", () => {
      assert.deepStrictEqual(answer("<think>\nHm.</think>Hello.", { opensReasoning: true }), [
        reasoning("Hm."),
        reasoningEnd,
        text("Hello.")
      ])
    })

    it("that is empty gives no event", () => {
      assert.deepStrictEqual(answer("<think>\n\n</think>\n\nHello."), [text("Hello.")])
    })

    it("that never closes ends with the turn", () => {
      assert.deepStrictEqual(answer("<think>\nHm. \n"), [reasoning("Hm."), reasoningEnd])
    })

    it("may come again behind a call", () => {
      assert.deepStrictEqual(answer(`${call("f", {})}\n<think>Hm.</think>Done.`), [
        called("f", {}),
        reasoning("Hm."),
        reasoningEnd,
        text("Done.")
      ])
    })

    it("does not begin in the middle of an answer", () => {
      const words = "The model opens with\n<think>\nand closes with\n</think>\nwhen it thinks."
      assert.deepStrictEqual(answer(`<think>Hm.</think>${words}`), [reasoning("Hm."), reasoningEnd, text(words)])
    })

    it("that was never opened leaves no closing tag in the text", () => {
      assert.deepStrictEqual(answer("So.\n</think>\n\nHello."), [text("So.\n\n\nHello.")])
    })

    it("holds a call without making it", () => {
      assert.deepStrictEqual(answer(`<think>I could write ${call("f", {})}\nbut no.</think>Hello.`), [
        reasoning(`I could write ${call("f", {})}\nbut no.`),
        reasoningEnd,
        text("Hello.")
      ])
    })

    it("that closes right behind a call was reasoning all the same", () => {
      assert.deepStrictEqual(answer(`<think>Hm. ${call("f", {})}\n</think>\n${call("g", {})}`), [
        reasoning(`Hm. ${call("f", {})}`),
        reasoningEnd,
        called("g", {})
      ])
    })

    it("that closes inside a call was reasoning all the same", () => {
      assert.deepStrictEqual(answer('<think>Hm. <tool_call>{"name": "f", </think>Hello.'), [
        reasoning('Hm. <tool_call>{"name": "f",'),
        reasoningEnd,
        text("Hello.")
      ])
    })
  })

  describe("reasoning that never closes and ends in calls", () => {
    it("gives the calls, flagged", () => {
      assert.deepStrictEqual(answer(`<think>Hm.\n${call("f", { a: 1 })}\n${call("g", {})}`), [
        reasoning("Hm."),
        reasoningEnd,
        { ...called("f", { a: 1 }), fromReasoning: true },
        { ...called("g", {}), fromReasoning: true }
      ])
    })

    it("gives no call to a tool that nobody declared", () => {
      const words = `Hm.\n${call("unheard_of", {})}`
      assert.deepStrictEqual(answer(`<think>${words}`), [reasoning(words), reasoningEnd])
    })

    it("gives no call when the limit cut it off", () => {
      const words = `Hm.\n${call("f", {})}`
      assert.deepStrictEqual(answer(`<think>${words}`, {}, "length"), [reasoning(words), reasoningEnd])
    })

    it("gives no call when words follow", () => {
      const words = `Hm.\n${call("f", {})}\nor not`
      assert.deepStrictEqual(answer(`<think>${words}`), [reasoning(words), reasoningEnd])
    })
  })
})

describe("a vocabulary that has the tags as tokens", () => {
  it("never takes the same letters for a tag", () => {
    const words = `<think>no</think> ${call("f", {})}\n`
    assert.deepStrictEqual(read(hermes, words, options({ addedTokens: tags })), [text(words)])
  })

  it("gives its other tokens as text", () => {
    const pieces = [{ text: "a " }, { marker: "<tool_response>" }, { marker: "\n\n" }, { text: "b" }]
    assert.deepStrictEqual(read(hermes, pieces, options({ addedTokens: tags })), [text("a <tool_response>\n\nb")])
  })

  it("may have only some of them", () => {
    const given = options({ addedTokens: ["<tool_call>", "</tool_call>"] })
    const pieces = [{ text: "<thi" }, { text: "nk>Hm.</think>Say <tool_call>." }, ...tokens(call("f", {}))]
    assert.deepStrictEqual(read(hermes, pieces, given), [
      reasoning("Hm."),
      reasoningEnd,
      text("Say <tool_call>."),
      called("f", {})
    ])
  })
})

describe("what goes out at once", () => {
  it("is all text but white space and what could become a tag", () => {
    const parser = hermes.createParser(options())
    assert.deepStrictEqual(parser.push({ text: "a <tool_cal" }), [text("a")])
    assert.deepStrictEqual(parser.push({ text: "m> b" }), [text(" <tool_calm> b")])
    assert.deepStrictEqual(parser.push({ text: "<" }), [])
    assert.deepStrictEqual(parser.end("stop"), [text("<")])
  })

  it("is every call whose end has come", () => {
    const parser = hermes.createParser(options())
    assert.deepStrictEqual(parser.push({ text: call("f", {}) }), [
      { type: "tool-call", name: "f", input: {}, rawText: call("f", {}) }
    ])
  })
})

describe("the Hermes family", () => {
  const facts = { templateText: null, addedTokens: [], architecture: "qwen3" }

  it("thinks where the vocabulary or the template knows the tags", () => {
    assert.deepStrictEqual(hermes.reasoning({ ...facts, addedTokens: tags }), { start: "<think>", end: "</think>" })
    assert.deepStrictEqual(hermes.reasoning({ ...facts, templateText: "{{ '</think>' }}" }), {
      start: "<think>",
      end: "</think>"
    })
    assert.isNull(hermes.reasoning({ ...facts, templateText: "<tool_call>" }))
  })

  it("reads its own rendering of a call", () => {
    const input = { path: 'a"b', n: [1, null, { x: true }] }
    const raw = hermes.renderCall({ name: "f", input })
    assert.deepStrictEqual(read(hermes, raw), [{ type: "tool-call", name: "f", input, rawText: raw }])
  })
})
