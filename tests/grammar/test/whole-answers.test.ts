import { families, familyNamed, type GrammarRequest, simplifySchema } from "@pensieve/families"
import { assert, describe, it } from "vitest"
import { EngineQuestions } from "../src/ask-engine.ts"
import { grammarOf, writtenCall } from "../src/asked-grammar.ts"
import { familyTokens } from "../src/family-tokens.ts"

const tools = [
  { name: "Read", inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] } },
  { name: "stop", inputSchema: { type: "object", properties: {} } }
]
const title = simplifySchema({
  type: "object",
  properties: { title: { type: "string" } },
  required: ["title"],
  additionalProperties: false
}).schema

const engine = new EngineQuestions()

/** Which of the texts are a whole answer under the family's grammar. */
const accepted = (
  name: string,
  change: Partial<GrammarRequest>,
  texts: ReadonlyArray<string>
): (() => Promise<ReadonlyArray<string>>) => {
  const family = familyNamed(name)
  const tokens = familyTokens[name] ?? []
  const grammar = family === undefined ? null : grammarOf(family, tools, { addedTokens: tokens, ...change })
  const ask = engine.add({ tokens, lark: grammar?.lark ?? "", markers: grammar?.markers ?? {}, texts })
  return async () => {
    const answer = await ask()
    assert.isNull(answer?.error)
    return texts.filter((_, index) => answer?.verdicts[index] === null)
  }
}

const call = (name: string, path: string): string => {
  const family = familyNamed(name)
  return family === undefined ? "" : writtenCall(family, { name: "Read", input: { path } })
}

/** Headers of the answer proper, where a family writes any. */
const headers: Readonly<Record<string, string>> = { harmony: "<|channel|>final<|message|>", functionary_v32: "all\n" }

const said = (name: string, json: string): string => `${headers[name] ?? ""}${json}`

describe("an answer in a demanded form", () => {
  const alone = families.map(({ name }) => {
    const good = ['{"title": "Fix the login"}', '{"title":"x"}'].map((json) => said(name, json))
    const bad = [said(name, '{"name": "x"}'), `Sure! ${good[0]}`, call(name, "a")]
    return { name, good, found: accepted(name, { choice: "none", output: title }, [...good, ...bad]) }
  })
  const either = families.map(({ name }) => {
    const good = [said(name, '{"title": "x"}'), call(name, "a")]
    return { name, good, found: accepted(name, { choice: "auto", output: title }, [...good, "Hello"]) }
  })

  it.each(alone)("is that form alone: $name", async ({ good, found }) => assert.deepEqual(await found(), good))

  it.each(either)("may be a call instead where tools are offered: $name", async ({ good, found }) =>
    assert.deepEqual(await found(), good)
  )
})

describe("several calls", () => {
  const blocks: Readonly<Record<string, string>> = {
    deepseek_v31:
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Read<｜tool▁sep｜>{"path": "a"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>stop<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    mistral: '[TOOL_CALLS][{"name": "Read", "arguments": {"path": "a"}}, {"name": "stop", "arguments": {}}]',
    minimax_m2:
      '<minimax:tool_call>\n<invoke name="Read">\n<parameter name="path">a</parameter>\n</invoke>\n<invoke name="stop">\n</invoke>\n</minimax:tool_call>',
    olmo3: '<function_calls>Read(path="a")\nstop()</function_calls>',
    lfm2: "<|tool_call_start|>[Read(path='a'), stop()]<|tool_call_end|>",
    llama3_json: '{"name": "Read", "parameters": {"path": "a"}}; {"name": "stop", "parameters": {}}'
  }
  const inOne = Object.entries(blocks).map(([name, text]) => ({
    name,
    text,
    several: accepted(name, { parallel: true }, [text]),
    one: accepted(name, { parallel: false }, [text])
  }))
  const row = `${call("hermes", "a")}\n${call("hermes", "b")}`
  const several = accepted("hermes", { choice: "auto", output: title }, [row])
  const one = accepted("hermes", { choice: "auto", output: title, parallel: false }, [row])

  it.each(inOne)("stand in one block: $name", async ({ text, several }) => assert.deepEqual(await several(), [text]))

  it.each(inOne)("do not where the request wants one: $name", async ({ one }) => assert.deepEqual(await one(), []))

  it("come one behind the other where a block holds one call and no words may stand between", async () => {
    assert.deepEqual(await several(), [row])
    assert.deepEqual(await one(), [])
  })
})

describe("a form with more than one way to write the same", () => {
  const forms: Readonly<Record<string, ReadonlyArray<string>>> = {
    glm45: [
      "<tool_call>Read<arg_key>path</arg_key><arg_value>a</arg_value></tool_call>",
      "<tool_call>Read\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n</tool_call>",
      "<tool_call>stop</tool_call>"
    ],
    mistral: ['[TOOL_CALLS] [{"name": "Read", "arguments": {"path": "a"}, "id": "abc123XYZ"}]'],
    mistral_v11: ['[TOOL_CALLS]Read[CALL_ID]abc123XYZ[ARGS]{"path": "a"}'],
    command_r: [
      '<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "Read", "parameters": {"path": "a"}},\n    {"tool_call_id": "1", "tool_name": "stop", "parameters": {}}\n]<|END_ACTION|>'
    ],
    deepseek_v32: [
      '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="Read">\n<｜DSML｜parameter name="path" string="true">a</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>'
    ],
    llama4: ['[Read(path="a")]', "<|python_start|>[Read(path='a'), stop()]<|python_end|>"],
    llama3_json: ['<|python_tag|>{"name": "Read", "parameters": {"path":"a"}}'],
    phi4: ['functools[{"name": "Read", "arguments": {"path": "a"}}]'],
    harmony: [
      '<|start|>assistant<|channel|>commentary to=functions.Read <|constrain|>json<|message|>{"path":"a"}<|call|>',
      '<|channel|>commentary to=functions.Read<|message|>{"path": "a"}<|call|>'
    ]
  }
  const ways = Object.entries(forms).map(([name, texts]) => ({ name, texts, found: accepted(name, {}, texts) }))

  it.each(ways)("takes them all: $name", async ({ texts, found }) => assert.deepEqual(await found(), texts))
})

describe("harmony", () => {
  const headers = ["analysis", "commentary", "final"].map((channel) => `<|channel|>${channel}<|message|>`)
  const good = [
    ...headers,
    `<|start|>assistant${headers[2]}`,
    "<|channel|>commentary to=functions.stop<|message|>{}<|call|>"
  ]
  const bad = ["<|channel|><|channel|>final<|message|>", "<|channel|>final??<|message|>", "Hello"]
  const found = accepted("harmony", { choice: "auto" }, [...good, ...bad])

  it("constrains the headers of free answers too, and no more of them", async () =>
    assert.deepEqual(await found(), good))
})

describe("white space", () => {
  const spaced = ['{"path":  "a"}', '{ "path": "a"}', '{"path": "a" }', '{"path"\n: "a"}'].map(
    (json) => `<tool_call>\n{"name": "Read", "arguments": ${json}}\n</tool_call>`
  )
  const found = accepted("hermes", {}, spaced)

  it("cannot go on for ever inside a call", async () => assert.deepEqual(await found(), []))
})
