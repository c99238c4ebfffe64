import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import {
  createAnyFormParser,
  deepseekV3,
  deepseekV32,
  type Family,
  type FamilyEvent,
  functionGemma,
  glm,
  hermes,
  kimiK2,
  lfm2,
  llama3,
  longcat,
  minimaxM2,
  mistral,
  mistralV11,
  nemotron,
  qwen3Coder,
  seedOss
} from "../src/index.ts"
import { options } from "./reading.ts"
import { tools } from "./samples.ts"

const readPieces = (pieces: ReadonlyArray<string>): ReadonlyArray<FamilyEvent> => {
  const parser = createAnyFormParser(options({ tools }))
  return [...pieces.flatMap((text) => parser.push({ text })), ...parser.end("stop")]
}

const callsIn = (events: ReadonlyArray<FamilyEvent>) =>
  events.flatMap((event) => (event.type === "tool-call" ? [[event.name, event.input]] : []))

const textIn = (events: ReadonlyArray<FamilyEvent>) =>
  events
    .map((event) => (event.type === "text" ? event.text : event.type === "malformed-call" ? event.rawText : ""))
    .join("")

const known: ReadonlyArray<Family> = [
  hermes,
  qwen3Coder,
  glm,
  mistral,
  mistralV11,
  deepseekV3,
  deepseekV32,
  kimiK2,
  minimaxM2,
  seedOss,
  functionGemma,
  longcat,
  lfm2,
  nemotron
]

describe("calls of a model nobody knows", () => {
  for (const family of known)
    it(`are found in the form of ${family.name}, cut anywhere`, () => {
      const raw = `Let me see.\n\n${family.renderCall({ name: "f", input: { a: "x y", n: 3 } })}`
      for (const pieces of [[raw], [...raw]]) {
        const events = readPieces(pieces)
        assert.deepStrictEqual(callsIn(events), [["f", { a: "x y", n: 3 }]])
        assert.strictEqual(textIn(events), "Let me see.")
      }
    })

  it("are found where the whole answer is a bare object", () => {
    const raw = llama3.renderCall({ name: "f", input: { a: "x" } })
    assert.deepStrictEqual(callsIn(readPieces([...raw])), [["f", { a: "x" }]])
  })

  it("are not seen in talk about them", () => {
    for (const talk of [
      "Write `<tool_call>` and then an object.",
      "The tag <tool_call> opens a call.",
      "a < b and [TOOL",
      "<tool_call>",
      '{"title": "An answer in JSON"}'
    ])
      for (const pieces of [[talk], [...talk]]) {
        const events = readPieces(pieces)
        assert.deepStrictEqual(callsIn(events), [])
        assert.strictEqual(textIn(events), talk)
      }
  })
})

describe("text of a model nobody knows", () => {
  const fragment = fc.constantFrom(
    "<tool_call>",
    "<function=",
    "[TOOL_",
    "CALLS]",
    "<",
    "`",
    "\n",
    " ",
    "word",
    "{",
    "é",
    "<|"
  )
  it("comes out as it went in, cut anywhere, where nothing in it is a call", () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (parts) => {
        const whole = readPieces([parts.join("")])
        assert.strictEqual(textIn(readPieces([...parts.join("")])), textIn(whole))
        assert.strictEqual(textIn(readPieces(parts)), textIn(whole))
      }),
      { numRuns: 500 }
    )
  })

  it("waits for nothing but what may begin a call", () => {
    const parser = createAnyFormParser(options())
    assert.deepStrictEqual(parser.push({ text: "a < b" }), [{ type: "text", text: "a < b" }])
    assert.deepStrictEqual(parser.push({ text: " <tool" }), [])
    assert.deepStrictEqual(parser.push({ text: "box>" }), [{ type: "text", text: " <toolbox>" }])
  })
})
