import { assert, describe, it } from "@effect/vitest"
import { deepseekV32, functionary, minimaxM2, qwen3Coder, seedOss } from "../src/index.ts"
import { answer, only } from "./answers.ts"
import { tools } from "./samples.ts"

const given = { tools }
const call = (name: string, key: string, value: string) =>
  `<tool_call>\n<function=${name}>\n<parameter=${key}>\n${value}\n</parameter>\n</function>\n</tool_call>`

describe("Qwen3-Coder", () => {
  it.each([
    [
      "keeps the line ends and the spaces of a value but the outermost two",
      call("f", "a", "\n  x\n\n"),
      only(["f", { a: "\n  x\n\n" }])
    ],
    ["gives values the types of the schema", call("f", "n", "72.0"), only(["f", { n: 72 }])],
    [
      "reads a Python literal where the schema wants structure",
      call("f", "x", "{'k': True, 'l': [None, 'it\\'s']}"),
      only(["f", { x: { k: true, l: [null, "it's"] } }])
    ],
    ["leaves a value that does not fit as it is", call("f", "n", "a lot"), only(["f", { n: "a lot" }])],
    [
      "keeps markup inside a value",
      call("f", "a", "<b>&amp; </function> <tool_call></b>"),
      only(["f", { a: "<b>&amp; </function> <tool_call></b>" }])
    ],
    [
      "takes a call without its wrapper",
      "<function=f>\n<parameter=a>\n1\n</parameter>\n</function>\n</tool_call>",
      only(["f", { a: "1" }])
    ],
    [
      "takes a call whose value is not closed",
      "<tool_call>\n<function=f>\n<parameter=a>\n1\n</function>\n</tool_call>",
      only(["f", { a: "1" }])
    ],
    [
      "takes a call whose function is not closed",
      "<tool_call>\n<function=f>\n<parameter=a>\n1\n</parameter>\n</tool_call>",
      only(["f", { a: "1" }])
    ],
    [
      "takes a parameter behind one that is not closed",
      "<tool_call>\n<function=f>\n<parameter=a>\n1\n<parameter=n>\n2\n</parameter>\n</function>\n</tool_call>",
      only(["f", { a: "1", n: 2 }])
    ],
    [
      "takes two functions in one wrapper",
      "<tool_call>\n<function=f>\n</function>\n<function=g>\n</function>\n</tool_call>",
      only(["f", {}], ["g", {}])
    ],
    [
      "takes a call whose wrapper the next one closes",
      `<tool_call>\n<function=f>\n</function>\n${call("g", "a", "1")}`,
      only(["f", {}], ["g", { a: "1" }])
    ],
    [
      "takes JSON for parameters",
      '<tool_call>\n<function=f>\n{"a": "</function>"}\n</function>\n</tool_call>',
      only(["f", { a: "</function>" }])
    ],
    [
      "keeps text around calls",
      `Let me look.\n\n${call("f", "a", "1")}\nDone.`,
      { text: "Let me look.Done.", thinking: "", calls: [["f", { a: "1" }]] }
    ]
  ] as const)("%s", (_, raw, expected) => {
    assert.deepStrictEqual(answer(qwen3Coder, raw, given), expected)
  })

  it.each([
    ["without parameters", "<tool_call>\n<function=g>\n</function>\n</tool_call>", ["g", {}]],
    ["with parameters", call("g", "a", "2"), ["g", { a: "2" }]]
  ] as const)("loses no call %s behind a value that was left open", (_, next, expected) => {
    const raw = `<tool_call>\n<function=f>\n<parameter=a>\n1\n</tool_call>\n${next}`
    assert.deepStrictEqual(answer(qwen3Coder, raw, given).calls, [expected])
  })

  it("gives text values where the request's schemas are not known", () => {
    assert.deepStrictEqual(answer(qwen3Coder, call("f", "n", "1")), only(["f", { n: "1" }]))
  })

  it("takes a call in reasoning that the prompt opened for reasoning", () => {
    assert.deepStrictEqual(
      answer(qwen3Coder, `Hm. ${call("f", "a", "1")}\n</think>\n\n${call("g", "a", "2")}`, {
        ...given,
        opensReasoning: true
      }),
      {
        text: "",
        thinking: `Hm. ${call("f", "a", "1")}`,
        calls: [["g", { a: "2" }]]
      }
    )
  })
})

describe("MiniMax M2", () => {
  it("takes several invocations in one wrapper", () => {
    const raw =
      '<minimax:tool_call>\n<invoke name="f">\n<parameter name="n">3</parameter>\n</invoke>\n<invoke name="g">\n</invoke>\n</minimax:tool_call>'
    assert.deepStrictEqual(answer(minimaxM2, raw, given), only(["f", { n: 3 }], ["g", {}]))
  })
})

describe("DeepSeek V3.2", () => {
  it.each(["function_calls", "tool_calls"])("takes the parameters' own word for their types, in %s", (outer) => {
    const raw = `<｜DSML｜${outer}>\n<｜DSML｜invoke name="f">\n<｜DSML｜parameter name="a" string="true">7</｜DSML｜parameter>\n<｜DSML｜parameter name="b" string="false">[7]</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜${outer}>`
    assert.deepStrictEqual(answer(deepseekV32, raw), only(["f", { a: "7", b: [7] }]))
  })

  it("takes an invocation without parameters that closes itself", () => {
    assert.deepStrictEqual(
      answer(deepseekV32, '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="f"/>\n</｜DSML｜tool_calls>'),
      only(["f", {}])
    )
  })
})

describe("Seed-OSS", () => {
  it("keeps the white space of a value", () => {
    assert.deepStrictEqual(
      answer(seedOss, "<seed:tool_call>\n<function=f>\n<parameter=a> x </parameter>\n</function>\n</seed:tool_call>"),
      only(["f", { a: " x " }])
    )
  })
})

describe("Functionary", () => {
  it("takes several functions in a row", () => {
    assert.deepStrictEqual(
      answer(functionary, '<function=f>{"a": 1}</function><function=g>{}</function>'),
      only(["f", { a: 1 }], ["g", {}])
    )
  })
})
