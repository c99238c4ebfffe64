import { type Family, type ParserOptions, qwen3Coder } from "../src/index.ts"

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
  /** Values that the form cannot tell from others, so that the round trip leaves them out. */
  readonly stringsOnly?: true
}

const schema = {
  type: "object",
  properties: { a: { type: "string" }, n: { type: "integer" }, x: { type: ["array", "object"] } }
}

/** `f` and `g`, with parameters a (text), n (a number) and x (a list or an object). */
export const tools = [{ name: "f", inputSchema: schema }, { name: "g", inputSchema: schema }]

export const samples: ReadonlyArray<FamilySample> = [
  {
    family: qwen3Coder,
    templates: ["'<tool_call>\\n<function=' + tool_call.name + '>\\n' '<parameter=' + name"],
    markers: ["<tool_call>", "</tool_call>", "<think>", "</think>"],
    fragments: ["<tool_call>", "</tool_call>", "<think>", "</think>", "<function=f>", "<function=nobody>", "<function=", "</function>", "<parameter=a>", "<parameter=n>", "</parameter>", "\n1\n", "{\"a\": \"</function>\"}"],
    talk: [
      "#include <functional>\nstd::function<void()> f;",
      "A call begins with `<tool_call>`, then <function=...> with <parameter=...>.",
      "Write <tool_call> and </tool_call> around it.",
      "<function=unknown>\n<parameter=a>\n1\n</parameter>\n</function>"
    ],
    cutOff: "<tool_call>\n<function=f>\n<parameter=a>\nx\n</parameter>\n"
  }
]
