import {
  deepseekV3,
  deepseekV31,
  deepseekV32,
  type Family,
  kimiK2,
  llama3,
  minimaxM2,
  mistral,
  mistralV11,
  type ParserOptions,
  qwen3Coder,
  seedOss,
  step3
} from "../src/index.ts"
import { jsonSamples } from "./json-samples.ts"
import { taggedSamples } from "./tagged-samples.ts"
import { tokenSamples } from "./token-samples.ts"

/** What the tests that all families share have to know of one. */
export interface FamilySample {
  readonly family: Family
  /** Pieces of chat templates that must be taken for this family's. */
  readonly templates: ReadonlyArray<string>
  /** Tokens that detection needs beside the template. */
  readonly addedTokens?: ReadonlyArray<string>
  /** What the family counts as a marker, where its vocabularies have it as a token. */
  readonly markers: ReadonlyArray<string>
  /** Of what random answers are made, beside words and white space. */
  readonly fragments: ReadonlyArray<string>
  /** Talk about the format that must stay text, whole answers. */
  readonly talk: ReadonlyArray<string>
  /** The beginning of a call that a limit cuts off; anything that is whole in it would be a call at a stop. */
  readonly cutOff: string
  /** Where values have no types of their own. */
  readonly tools?: ParserOptions["tools"]
  /** Words that are part of the form, and vanish. */
  readonly formWords?: ReadonlyArray<string>
  /** Whole headers vanish, whatever they say. */
  readonly dropsHeaders?: true
  /** A call ends the reasoning it stands in. */
  readonly callsEndReasoning?: true
}

/** Of both tools. */
export const schema = {
  type: "object",
  properties: { a: { type: "string" }, n: { type: "integer" }, x: { type: ["array", "object"] } }
}

/** `f` and `g`, with parameters a (text), n (a number) and x (a list or an object). */
export const tools = [
  { name: "f", inputSchema: schema },
  { name: "g", inputSchema: schema }
]

export const samples: ReadonlyArray<FamilySample> = [
  ...tokenSamples,
  ...jsonSamples,
  ...taggedSamples,
  {
    family: qwen3Coder,
    templates: ["'<tool_call>\\n<function=' + tool_call.name + '>\\n' '<parameter=' + name"],
    markers: ["<tool_call>", "</tool_call>", "<think>", "</think>"],
    fragments: [
      "<tool_call>",
      "</tool_call>",
      "<think>",
      "</think>",
      "<function=f>",
      "<function=nobody>",
      "<function=",
      "</function>",
      "<parameter=a>",
      "<parameter=n>",
      "</parameter>",
      "\n1\n",
      '{"a": "</function>"}'
    ],
    talk: [
      "#include <functional>\nstd::function<void()> f;",
      "A call begins with `<tool_call>`, then <function=...> with <parameter=...>.",
      "Write <tool_call> and </tool_call> around it.",
      "<function=unknown>\n<parameter=a>\n1\n</parameter>\n</function>"
    ],
    cutOff: "<tool_call>\n<function=f>\n<parameter=a>\nx\n</parameter>\n"
  },
  {
    family: llama3,
    templates: ['\'<|python_tag|>\' ... {"name": function name, "parameters": dictionary}'],
    markers: ["<|python_tag|>"],
    fragments: [
      "<|python_tag|>",
      '{"name": "f", "parameters": {"a": "b"}}',
      '{"name": "g"',
      ', "parameters": {}}',
      "; ",
      "{",
      "<|eom_id|>"
    ],
    talk: [
      'Use {"name": "f", "parameters": {"a": 1}} to call it.',
      'Like this:\n```json\n{"name": "f", "parameters": {}}\n```',
      '{"name": "John", "age": 3}',
      'Here: {"name": "nobody", "parameters": {}}',
      'A set {brace} and a map {"k": 1}.',
      "<|python_tag|>import os"
    ],
    cutOff: '{"name": "f", "parameters": {"a": "x"'
  },
  {
    family: mistral,
    templates: ["'[TOOL_CALLS] [' ... '\"name\"'"],
    markers: ["[TOOL_CALLS]"],
    fragments: [
      "[TOOL_CALLS]",
      '[{"name": "f", "arguments": {"a": "[TOOL_CALLS]"}}]',
      '[{"name": "g", "arguments": {}}',
      ', {"name": "f"',
      "]",
      "}"
    ],
    talk: ["Write [TOOL_CALLS] and then a list.", '`[TOOL_CALLS][{"name": "f", "arguments": {}}]`'],
    cutOff: '[TOOL_CALLS][{"name": "f", "arguments": {}}'
  },
  {
    family: mistralV11,
    templates: ["'[TOOL_CALLS]' + name + '[ARGS]' ... '[THINK]' '[/THINK]'"],
    markers: ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]"],
    fragments: [
      "[TOOL_CALLS]",
      'f[ARGS]{"a": "[ARGS] [TOOL_CALLS]"}',
      "[CALL_ID]123456789",
      "[ARGS]",
      'g{"a": 1}',
      '{"',
      "}",
      "[THINK]",
      "[/THINK]"
    ],
    talk: ["Write [TOOL_CALLS] and a name.", "`[TOOL_CALLS]f[ARGS]{}`", "[ARGS] comes next."],
    cutOff: '[TOOL_CALLS]f[ARGS]{"a": "x"'
  },
  {
    family: kimiK2,
    templates: ["'<|tool_calls_section_begin|>' '</think>'"],
    markers: [
      "<|tool_calls_section_begin|>",
      "<|tool_calls_section_end|>",
      "<|tool_call_begin|>",
      "<|tool_call_argument_begin|>",
      "<|tool_call_end|>",
      "<think>",
      "</think>"
    ],
    fragments: [
      "<|tool_calls_section_begin|>",
      "<|tool_calls_section_end|>",
      "<|tool_call_begin|>",
      "functions.f:0",
      "<|tool_call_argument_begin|>",
      '{"a": "b"}',
      '{"a": "<|tool_call_end|>"}',
      '{"a": "',
      "<|tool_call_end|>",
      "<think>",
      "</think>"
    ],
    talk: ["`<|tool_call_begin|>` begins a call."],
    cutOff: '<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": "x"}'
  },
  {
    family: deepseekV3,
    templates: ["'<｜tool▁calls▁begin｜>' '<｜tool▁sep｜>' '```json' '</think>'"],
    markers: [
      "<｜tool▁calls▁begin｜>",
      "<｜tool▁calls▁end｜>",
      "<｜tool▁call▁begin｜>",
      "<｜tool▁sep｜>",
      "<｜tool▁call▁end｜>",
      "<think>",
      "</think>"
    ],
    fragments: [
      "<｜tool▁calls▁begin｜>",
      "<｜tool▁calls▁end｜>",
      "<｜tool▁call▁begin｜>",
      "function",
      "<｜tool▁sep｜>",
      'f\n```json\n{"a": "b"}\n```',
      '{"a": "',
      "<｜tool▁call▁end｜>",
      "<think>",
      "</think>"
    ],
    talk: ["`<｜tool▁calls▁begin｜>` begins the calls."],
    cutOff: "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{}"
  },
  {
    family: deepseekV31,
    templates: ["'<｜tool▁calls▁begin｜>' '<｜tool▁sep｜>' '</think>'"],
    markers: [
      "<｜tool▁calls▁begin｜>",
      "<｜tool▁calls▁end｜>",
      "<｜tool▁call▁begin｜>",
      "<｜tool▁sep｜>",
      "<｜tool▁call▁end｜>",
      "<think>",
      "</think>"
    ],
    fragments: [
      "<｜tool▁calls▁begin｜>",
      "<｜tool▁calls▁end｜>",
      "<｜tool▁call▁begin｜>",
      "f",
      "<｜tool▁sep｜>",
      '{"a": "b"}',
      '{"a": "',
      "<｜tool▁call▁end｜>",
      "<think>",
      "</think>"
    ],
    talk: ["`<｜tool▁calls▁begin｜>` begins the calls."],
    cutOff: "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}"
  },
  {
    family: deepseekV32,
    templates: ["'<｜DSML｜function_calls>' '</think>'"],
    markers: ["<think>", "</think>"],
    fragments: [
      "<｜DSML｜function_calls>",
      "</｜DSML｜function_calls>",
      '<｜DSML｜invoke name="f">',
      '<｜DSML｜invoke name="g"/>',
      "</｜DSML｜invoke>",
      '<｜DSML｜parameter name="a" string="true">',
      '<｜DSML｜parameter name="n" string="false">',
      "</｜DSML｜parameter>",
      "1",
      "<think>",
      "</think>"
    ],
    talk: ['`<｜DSML｜function_calls>` begins calls, <｜DSML｜invoke name="f"> one of them.'],
    cutOff: '<｜DSML｜function_calls>\n<｜DSML｜invoke name="f">\n<｜DSML｜parameter name="a" string="true">x'
  },
  {
    family: minimaxM2,
    templates: ["'<minimax:tool_call>' '</think>'"],
    markers: ["<minimax:tool_call>", "</minimax:tool_call>", "<think>", "</think>"],
    fragments: [
      "<minimax:tool_call>",
      "</minimax:tool_call>",
      '<invoke name="f">',
      "</invoke>",
      '<parameter name="a">',
      '<parameter name="n">',
      "</parameter>",
      "1",
      "<think>",
      "</think>"
    ],
    talk: ['Write <minimax:tool_call> and then <invoke name="f">.', '<invoke name="f">\n</invoke>'],
    cutOff: '<minimax:tool_call>\n<invoke name="f">\n<parameter name="a">x</parameter>'
  },
  {
    family: seedOss,
    templates: ["'<seed:tool_call>' '<function=' '<parameter=' '</seed:think>'"],
    markers: ["<seed:tool_call>", "</seed:tool_call>", "<seed:think>", "</seed:think>"],
    fragments: [
      "<seed:tool_call>",
      "</seed:tool_call>",
      "<function=f>",
      "</function>",
      "<parameter=a>",
      "<parameter=n>",
      "</parameter>",
      "1",
      "<seed:think>",
      "</seed:think>"
    ],
    talk: ["Write <seed:tool_call> and then <function=f>.", "<function=f>\n</function>"],
    cutOff: "<seed:tool_call>\n<function=f>\n<parameter=a>x</parameter>"
  },
  {
    family: step3,
    templates: ["'<｜tool_calls_begin｜>' '<steptml:invoke name=' '</think>'"],
    markers: [
      "<｜tool_calls_begin｜>",
      "<｜tool_calls_end｜>",
      "<｜tool_call_begin｜>",
      "<｜tool_call_end｜>",
      "<｜tool_sep｜>",
      "<think>",
      "</think>"
    ],
    fragments: [
      "<｜tool_calls_begin｜>",
      "<｜tool_calls_end｜>",
      "<｜tool_call_begin｜>function<｜tool_sep｜>",
      "<｜tool_call_end｜>",
      '<steptml:invoke name="f">',
      "</steptml:invoke>",
      '<steptml:parameter name="a">',
      '<steptml:parameter name="n">',
      "</steptml:parameter>",
      "1",
      "<think>",
      "</think>"
    ],
    talk: ["Write <｜tool_calls_begin｜> first.", '<steptml:invoke name="f">'],
    cutOff: '<｜tool_calls_begin｜>\n<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="f">',
    formWords: ["function"]
  }
]
