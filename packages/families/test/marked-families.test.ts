import { assert, describe, it } from "@effect/vitest"
import {
  commandR,
  deepseekV3,
  type Family,
  functionGemma,
  gemma4,
  glm,
  granite,
  harmony,
  kimiK2,
  lfm2,
  llama3,
  llama4,
  mistral,
  mistralV11,
  olmo3,
  phi4,
  xlam
} from "../src/index.ts"
import { answer, only, type ShortAnswer } from "./answers.ts"
import { tools } from "./samples.ts"

const kimi = (body: string) => `<|tool_calls_section_begin|>${body}<|tool_calls_section_end|>`
const kimiCall = (id: string, json: string) =>
  `<|tool_call_begin|>${id}<|tool_call_argument_begin|>${json}<|tool_call_end|>`

const rows: ReadonlyArray<readonly [Family, string, string, ShortAnswer]> = [
  [
    llama3,
    "takes calls parted by semicolons",
    '{"name": "f", "parameters": {"a": "1"}}; {"name": "g", "parameters": {}}',
    only(["f", { a: "1" }], ["g", {}])
  ],
  [
    llama3,
    "takes calls parted by line ends",
    '{"name": "f", "parameters": {}}\n{"name": "g", "arguments": {}}',
    only(["f", {}], ["g", {}])
  ],
  [
    llama3,
    "keeps words behind a call",
    '{"name": "f", "parameters": {}} and a {brace}',
    { text: " and a {brace}", thinking: "", calls: [["f", {}]] }
  ],
  [
    llama3,
    "takes a call at the end of an answer",
    'Let me see.\n{"name": "f", "parameters": {}}\n',
    { text: "Let me see.", thinking: "", calls: [["f", {}]] }
  ],
  [
    llama3,
    "takes a call behind the tag",
    'Look: <|python_tag|>{"name": "f", "parameters": {}}<|eom_id|>',
    { text: "Look: ", thinking: "", calls: [["f", {}]] }
  ],
  [
    mistral,
    "drops ids and keeps what follows the list",
    '[TOOL_CALLS] [{"name": "f", "arguments": {"a": "]"}, "id": "123456789"}] ok',
    { text: " ok", thinking: "", calls: [["f", { a: "]" }]] }
  ],
  [
    mistralV11,
    "takes calls with ids and without",
    '[TOOL_CALLS]f[CALL_ID]123456789[ARGS]{"a": "[ARGS]"}[TOOL_CALLS]g{}',
    only(["f", { a: "[ARGS]" }], ["g", {}])
  ],
  [mistralV11, "takes the older list", '[TOOL_CALLS][{"name": "f", "arguments": {}}]', only(["f", {}])],
  [
    mistralV11,
    "takes a call inside reasoning for reasoning",
    "[THINK]So [TOOL_CALLS]f[ARGS]{}[/THINK][TOOL_CALLS]g[ARGS]{}",
    { text: "", thinking: "So [TOOL_CALLS]f[ARGS]{}", calls: [["g", {}]] }
  ],
  [
    kimiK2,
    "takes names with and without prefix and index",
    kimi(`${kimiCall("functions.f:7", '{"a": 1}')}${kimiCall(" g ", " {} ")}`),
    only(["f", { a: 1 }], ["g", {}])
  ],
  [
    kimiK2,
    "takes a call without its section and its end",
    '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}',
    only(["f", { a: 1 }])
  ],
  [
    deepseekV3,
    "loses no call beside a broken one",
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{no}\n```<｜tool▁call▁end｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    { text: "<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{no}\n```", thinking: "", calls: [["g", {}]] }
  ],
  [
    glm,
    "takes values without their opening tags",
    "<tool_call>f\n<arg_key>a</arg_key>\nx</arg_value>\n<arg_key>n</arg_key>\n2</arg_value></tool_call>",
    only(["f", { a: "x", n: 2 }])
  ],
  [
    glm,
    "keeps the white space of a value",
    "<tool_call>f<arg_key>a</arg_key><arg_value>  x\n </arg_value></tool_call>",
    only(["f", { a: "  x\n " }])
  ],
  [
    glm,
    "keeps a call's tags inside a value",
    "<tool_call>f<arg_key>a</arg_key><arg_value>a </tool_call> b</arg_value></tool_call>",
    only(["f", { a: "a </tool_call> b" }])
  ],
  [glm, "takes JSON in its tags", '<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>', only(["f", { a: 1 }])],
  [
    gemma4,
    "takes strings with anything in them",
    '<|tool_call>call:f{a:<|"|>C:\\x {"k"}, ]<|"|>,n:3}<tool_call|>',
    only(["f", { a: 'C:\\x {"k"}, ]', n: 3 }])
  ],
  [
    gemma4,
    "takes strings of other kinds",
    "<|tool_call>call:f{a:bare words,b:'q',c:\"d\"}<tool_call|><|tool_response>",
    only(["f", { a: "bare words", b: "q", c: "d" }])
  ],
  [gemma4, "takes several calls in one block", "<|tool_call>call:f{}call:g{}<tool_call|>", only(["f", {}], ["g", {}])],
  [
    gemma4,
    "leaves out the word that heads its thoughts",
    "<|channel>thought\nHm.<channel|>Yes.",
    { text: "Yes.", thinking: "Hm.", calls: [] }
  ],
  [
    functionGemma,
    "takes escaped strings",
    "<start_function_call>call:f{a:<escape>x,y<escape>}<end_function_call>",
    only(["f", { a: "x,y" }])
  ],
  [
    llama4,
    "takes nested literals and quotes of both kinds",
    "[f(a='it\\'s (1, 2)', x=[{'k': (1, None)}, -2.5e3]), g()]",
    only(["f", { a: "it's (1, 2)", x: [{ k: [1, null] }, -2500] }], ["g", {}])
  ],
  [lfm2, "takes calls outside a list", '<|tool_call_start|>f(a="x")<|tool_call_end|>', only(["f", { a: "x" }])],
  [
    lfm2,
    "keeps backslashes of arguments, but not those of lists",
    "<|tool_call_start|>[f(a='grep \\d+ it\\'s\\n', x=[\"\\n\"])]<|tool_call_end|>",
    only(["f", { a: "grep \\d+ it's\\n", x: ["\n"] }])
  ],
  [
    olmo3,
    "takes one call a line and keeps what is none",
    "<function_calls>f(a=true)\nnot a call\ng(a=None)</function_calls>",
    {
      text: "not a call",
      thinking: "",
      calls: [
        ["f", { a: true }],
        ["g", { a: null }]
      ]
    }
  ],
  [
    harmony,
    "reads channels",
    "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
    { text: "Yes.", thinking: "Hm.", calls: [] }
  ],
  [
    harmony,
    "takes a recipient in the role, or on another channel",
    '<|start|>assistant to=functions.f<|channel|>analysis<|message|>{"a": 1}<|call|>',
    only(["f", { a: 1 }])
  ],
  [
    harmony,
    "shows words behind a header that never ended",
    "<|channel|>final Hello there.",
    { text: "Hello there.", thinking: "", calls: [] }
  ],
  [
    harmony,
    "takes a channel written twice",
    "<|channel|><|channel|>commentary to=functions.f code<|message|>{}",
    only(["f", {}])
  ],
  [
    harmony,
    "shows calls of tools that only its training had",
    "<|channel|>commentary to=container.exec<|message|>{}<|call|>",
    { text: "<|channel|>commentary to=container.exec<|message|>{}<|call|>", thinking: "", calls: [] }
  ],
  [
    granite,
    "takes arguments before names",
    '<|tool_call|> [{"arguments": {"a": 1}, "name": "f"}]',
    only(["f", { a: 1 }])
  ],
  [
    phi4,
    "takes nested lists",
    'functools[{"name": "f", "arguments": {"x": [[1], [2]]}}]',
    only(["f", { x: [[1], [2]] }])
  ],
  [
    commandR,
    "reads responses and actions",
    '<|START_RESPONSE|>Ok.<|END_RESPONSE|>\n<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "f", "parameters": {"a": "<|END_ACTION|>"}}]<|END_ACTION|>',
    { text: "Ok.", thinking: "", calls: [["f", { a: "<|END_ACTION|>" }]] }
  ],
  [
    xlam,
    "takes a list behind reasoning",
    '<think>Hm.</think>\n[{"name": "f", "arguments": {}}]',
    { text: "", thinking: "Hm.", calls: [["f", {}]] }
  ]
]

describe("a family", () => {
  it.each(rows.map(([family, title, raw, expected]) => [family.name, title, family, raw, expected] as const))(
    "%s %s",
    (_, __, family, raw, expected) => {
      assert.deepStrictEqual(answer(family, raw, { tools }), expected)
    }
  )
})

describe("ids for templates", () => {
  const call = { id: "toolu_01", name: "f", ordinal: 41 }

  it("are nine letters and digits for Mistral, and differ", () => {
    for (const family of [mistral, mistralV11]) {
      assert.match(family.templateId(call), /^[a-z0-9]{9}$/)
      assert.notStrictEqual(family.templateId(call), family.templateId({ ...call, ordinal: 42 }))
    }
  })

  it("are name and place for Kimi, a number for Command R, the client's own elsewhere", () => {
    assert.strictEqual(kimiK2.templateId(call), "functions.f:41")
    assert.strictEqual(commandR.templateId(call), "41")
    assert.strictEqual(gemma4.templateId(call), "toolu_01")
  })
})
