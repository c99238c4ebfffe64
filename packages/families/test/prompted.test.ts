import { assert, describe, it } from "@effect/vitest"
import { prompted } from "../src/index.ts"
import { options, read, tags, tokens } from "./reading.ts"

const bash = {
  type: "function",
  function: { name: "Bash", description: "Runs a command.", parameters: { type: "object" } }
} as const

describe("the prompted family", () => {
  it("shows each tool as one line, and how to call one", () => {
    const lines = prompted
      .toolPrompt([bash, { ...bash, function: { ...bash.function, name: "Read", description: "a\nb" } }])
      .split("\n")
    const from = lines.indexOf("<tools>")
    assert.deepStrictEqual(lines.slice(from + 1, lines.indexOf("</tools>")), [
      '{"name":"Bash","description":"Runs a command.","parameters":{"type":"object"}}',
      '{"name":"Read","description":"a\\nb","parameters":{"type":"object"}}'
    ])
  })

  it("reads the call that its own prompt gives as an example", () => {
    const example = /<tool_call>\n.*\n<\/tool_call>/.exec(prompted.toolPrompt([bash]))?.[0] ?? ""
    assert.deepStrictEqual(read(prompted, example), [
      { type: "tool-call", name: "get_weather", input: { city: "Paris" }, rawText: example }
    ])
  })

  it("reads its own rendering of a call", () => {
    const raw = prompted.renderCall({ name: "Bash", input: { command: 'ls "a"\n' } })
    assert.strictEqual(raw, '<tool_call>\n{"name": "Bash", "arguments": {"command":"ls \\"a\\"\\n"}}\n</tool_call>')
    assert.deepStrictEqual(read(prompted, raw), [
      { type: "tool-call", name: "Bash", input: { command: 'ls "a"\n' }, rawText: raw }
    ])
  })

  it("shows a result between its own tags", () => {
    assert.strictEqual(prompted.renderResult({ name: "Bash", text: "a\nb" }), "<tool_response>\na\nb\n</tool_response>")
  })

  it.each([
    ["text", (answer: string) => [{ text: answer }]],
    ["tokens", tokens]
  ])("takes the tags as %s even where the vocabulary has them", (_, pieces) => {
    const raw = prompted.renderCall({ name: "f", input: {} })
    assert.deepStrictEqual(read(prompted, pieces(raw), options({ addedTokens: tags })), [
      { type: "tool-call", name: "f", input: {}, rawText: raw }
    ])
  })

  it("stops where a model begins to invent a result, which no call can hold", () => {
    const raw = prompted.renderCall({ name: "f", input: { text: "\n<tool_response>" } })
    for (const stop of prompted.stopStrings) assert.isFalse(raw.includes(stop))
    assert.isTrue(prompted.stopStrings.some((stop) => `${raw}\n<tool_response>\nok`.includes(stop)))
  })
})
