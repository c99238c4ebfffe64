import { functionGemma, gemma4, glm, harmony, lfm2, llama4, longcat, olmo3 } from "../src/index.ts"
import type { FamilySample } from "./samples.ts"

/** Families whose calls are neither JSON between tags nor tags throughout. */
export const tokenSamples: ReadonlyArray<FamilySample> = [
  {
    family: harmony,
    templates: ["'<|channel|>' '<|message|>' '<|call|>'"],
    markers: ["<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>"],
    fragments: [
      "<|start|>",
      "assistant",
      "<|channel|>",
      "analysis",
      "commentary to=functions.f ",
      " to=functions.g",
      "final",
      "<|constrain|>",
      "json",
      "<|message|>",
      '{"a": "b"}',
      "{}",
      "<|end|>",
      "<|call|>",
      "<|return|>"
    ],
    talk: ["An answer without a header.", "to be or not to be: to=functions.f"],
    cutOff: "<|channel|>commentary to=functions.f<|message|>{}",
    callsEndReasoning: true,
    dropsHeaders: true
  },
  {
    family: llama4,
    templates: ["'<|python_start|>' '<|python_end|>'"],
    markers: ["<|python_start|>", "<|python_end|>"],
    fragments: [
      "<|python_start|>",
      "<|python_end|>",
      '[f(a="b")]',
      "[f(a='<|python_end|>', x=[1, {'k': None}]), g()",
      "]",
      "[",
      "f(",
      ")",
      '"',
      "<|eom|>"
    ],
    talk: [
      "See [the page](https://example.org) and [f](g).",
      "[1, 2, 3]",
      '[nobody(a="b")]',
      'Write [f(a="b")] to call f.',
      "`<|python_start|>[f()]`"
    ],
    cutOff: '<|python_start|>[f(a="x")'
  },
  {
    family: lfm2,
    templates: ["'<|tool_list_start|>' '<|tool_call_start|>' '</think>'"],
    markers: ["<|tool_call_start|>", "<|tool_call_end|>", "<think>", "</think>"],
    fragments: [
      "<|tool_call_start|>",
      "<|tool_call_end|>",
      '[f(a="b")]',
      "[f(a='<|tool_call_end|>'), g()",
      "]",
      "f(",
      ")",
      "<think>",
      "</think>"
    ],
    talk: [
      "See [the page](https://example.org).",
      "[img-0]describe this",
      '[nobody(a="b")]',
      "`<|tool_call_start|>[f()]<|tool_call_end|>`"
    ],
    cutOff: '<|tool_call_start|>[f(a="x")]'
  },
  {
    family: olmo3,
    templates: ["'<function_calls>' '</think>'"],
    markers: ["<think>", "</think>"],
    fragments: [
      "<function_calls>",
      "</function_calls>",
      'f(a="b")',
      "g(n=1, x=[true, None])",
      "f(a=",
      "\n",
      "<think>",
      "</think>"
    ],
    talk: ["`<function_calls>f()</function_calls>`", "Between <function_calls> and its end stand calls."].slice(0, 1),
    cutOff: '<function_calls>f(a="x")'
  },
  {
    family: glm,
    templates: ["'<tool_call>' + name '<arg_key>' '<arg_value>' '</think>'"],
    markers: [
      "<tool_call>",
      "</tool_call>",
      "<arg_key>",
      "</arg_key>",
      "<arg_value>",
      "</arg_value>",
      "<think>",
      "</think>"
    ],
    fragments: [
      "<tool_call>",
      "</tool_call>",
      "f\n",
      "<arg_key>",
      "a",
      "</arg_key>",
      "<arg_value>",
      "</arg_value>",
      '{"name": "f"}',
      "<think>",
      "</think>"
    ],
    talk: ["Write <tool_call> and </tool_call> around it.", "`<tool_call>f</tool_call>`"],
    cutOff: "<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>x</arg_value>\n"
  },
  {
    family: longcat,
    templates: ["'<longcat_tool_call>' '</longcat_think>'"],
    markers: ["<longcat_tool_call>", "</longcat_tool_call>", "<longcat_think>", "</longcat_think>"],
    fragments: [
      "<longcat_tool_call>",
      "</longcat_tool_call>",
      "f\n",
      "<longcat_arg_key>",
      "a",
      "</longcat_arg_key>",
      "<longcat_arg_value>",
      "</longcat_arg_value>",
      "<longcat_think>",
      "</longcat_think>"
    ],
    talk: ["Write <longcat_tool_call> and </longcat_tool_call> around it."],
    cutOff: "<longcat_tool_call>f\n<longcat_arg_key>a</longcat_arg_key>\n<longcat_arg_value>x</longcat_arg_value>\n"
  },
  {
    family: gemma4,
    templates: ["'<|tool_call>' '<tool_call|>' '<|channel>' '<channel|>'"],
    markers: ["<|tool_call>", "<tool_call|>", '<|"|>', "<|channel>", "<channel|>", "<|tool_response>", "<turn|>"],
    fragments: [
      "<|tool_call>",
      "<tool_call|>",
      'call:f{a:<|"|>b<|"|>}',
      "call:g{n:1,x:[true,{k:null}]}",
      "call:f{",
      '<|"|>',
      "a:",
      "}",
      "<|channel>",
      "thought\n",
      "<channel|>",
      "<|tool_response>"
    ],
    talk: ["Write <|tool_call> first.", "call:f{a:1}", "`<|tool_call>call:f{}<tool_call|>`"],
    cutOff: '<|tool_call>call:f{a:<|"|>x<|"|>}',
    formWords: ["thought"]
  },
  {
    family: functionGemma,
    templates: ["'<start_function_call>'"],
    markers: ["<start_function_call>", "<end_function_call>", "<escape>", "<start_function_response>"],
    fragments: [
      "<start_function_call>",
      "<end_function_call>",
      "call:f{a:<escape>b<escape>}",
      "call:f{",
      "<escape>",
      "}"
    ],
    talk: ["Write <start_function_call> first.", "call:f{a:1}"],
    cutOff: "<start_function_call>call:f{a:<escape>x<escape>}"
  }
]
