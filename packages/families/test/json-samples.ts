import { commandR, functionary, functionaryV32, granite, nemotron, phi4, xlam } from "../src/index.ts"
import type { FamilySample } from "./samples.ts"

/** Families that put JSON behind a marker of their own. */
export const jsonSamples: ReadonlyArray<FamilySample> = [
  {
    family: granite,
    templates: ["'<|start_of_role|>' '<|tool_call|>' '</think>'"],
    markers: ["<|tool_call|>", "<think>", "</think>"],
    fragments: [
      "<|tool_call|>",
      "<tool_call>",
      '[{"arguments": {"a": "<tool_call>"}, "name": "f"}]',
      '[{"name": "g"',
      "}]",
      "<think>",
      "</think>",
      "<response>"
    ],
    talk: ["Write <|tool_call|> and a list."],
    cutOff: '<|tool_call|>[{"name": "f", "arguments": {}}'
  },
  {
    family: nemotron,
    templates: ["'<TOOLCALL>' '</think>'"],
    markers: ["<think>", "</think>"],
    fragments: [
      "<TOOLCALL>",
      "</TOOLCALL>",
      '[{"name": "f", "arguments": {"a": "</TOOLCALL>"}}]',
      '[{"name": "g"',
      "}]",
      "<think>",
      "</think>"
    ],
    talk: ["Between <TOOLCALL> and </TOOLCALL> stands a list.", '`<TOOLCALL>[{"name": "f"}]</TOOLCALL>`'],
    cutOff: '<TOOLCALL>[{"name": "f", "arguments": {}}'
  },
  {
    family: phi4,
    templates: ["'<|tool|>' '<|/tool|>'"],
    markers: ["<|tool_call|>", "<|/tool_call|>"],
    fragments: [
      "<|tool_call|>",
      "<|/tool_call|>",
      "functools[",
      'functools[{"name": "f", "arguments": {"a": [1]}}]',
      '{"name": "g"}',
      "]",
      '{"name": "'
    ],
    talk: ["import functools\nfunctools[0]", "functools[] and functools[ text ]", 'functools{"name": "f"}'],
    cutOff: '<|tool_call|>[{"name": "f", "arguments": {}}'
  },
  {
    family: commandR,
    templates: ["'<|START_ACTION|>' '<|END_THINKING|>'"],
    markers: [
      "<|START_ACTION|>",
      "<|END_ACTION|>",
      "<|START_THINKING|>",
      "<|END_THINKING|>",
      "<|START_RESPONSE|>",
      "<|END_RESPONSE|>"
    ],
    fragments: [
      "<|START_ACTION|>",
      "<|END_ACTION|>",
      '[{"tool_call_id": "0", "tool_name": "f", "parameters": {"a": "<|END_ACTION|>"}}]',
      '[{"tool_name": "g"',
      "}]",
      "<|START_THINKING|>",
      "<|END_THINKING|>",
      "<|START_RESPONSE|>"
    ],
    talk: ["Write <|START_ACTION|> and a list."],
    cutOff: '<|START_ACTION|>[{"tool_name": "f", "parameters": {}}]'
  },
  {
    family: functionary,
    templates: ["'<function=' + name + '>' '</function>'"],
    markers: [],
    fragments: ["<function=f>", "<function=nobody>", "</function>", '{"a": "</function>"}', '{"a": 1}', '{"a": "', "}"],
    talk: ["#include <functional>", "A call is <function=name> and JSON.", "`<function=f>{}</function>`"],
    cutOff: '<function=f>{"a": 1}'
  },
  {
    family: functionaryV32,
    templates: ["'>>>all\\n' + message['content'] '>>>' + tool_call['function']['name'] + '\\n'"],
    markers: [],
    fragments: [">>>", ">>>f\n", "g\n", "all\n", '{"a": ">>>"}', '{"a": 1}', '{"a": "', "}", "\n"],
    talk: ["In Python >>> is the prompt.", ">>> 1 + 1\n2", "f\nis a tool."],
    cutOff: '>>>f\n{"a": 1',
    formWords: [">>>all", "all"]
  },
  {
    family: xlam,
    templates: ["'make calls in a single JSON array: [{\"name\": \"tool_call_name\"' '</think>'"],
    markers: ["<think>", "</think>"],
    fragments: [
      '[{"name": "f", "arguments": {"a": "]"}}]',
      "[",
      '{"name": "g", "arguments": {}}',
      ', {"k": 1}',
      "]",
      "<think>",
      "</think>"
    ],
    talk: ["[1, 2, 3]", 'Write [{"name": "f", "arguments": {}}] to call f.', '[{"name": "John", "age": 3}]'],
    cutOff: '[{"name": "f", "arguments": {}}'
  }
]
