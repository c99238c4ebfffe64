import { assert, describe, it } from "@effect/vitest"
import { codes, decoded, refusal } from "./decoded.ts"

const schema = { type: "object", properties: { path: { type: "string" } } }
const tool = (name: string) => ({ type: "function", function: { name, description: "d", parameters: schema } })
const definition = (name: string) => ({ name, description: "d", inputSchema: schema, deferred: false, eager: false })
const two = [tool("ls"), tool("cat")]

describe("tools", () => {
  it("are offered in the order sent", () => {
    assert.deepStrictEqual(decoded({ tools: two }).tools, [definition("ls"), definition("cat")])
  })

  it("without parameters take none", () => {
    assert.deepStrictEqual(
      decoded({ tools: [{ type: "function", function: { name: "now" } }] }).tools[0]?.inputSchema,
      {
        type: "object",
        properties: {}
      }
    )
  })

  it("of the older form are tools too", () => {
    const conversation = decoded({ functions: [tool("ls").function], function_call: { name: "ls" } })
    assert.deepStrictEqual(conversation.tools, [definition("ls")])
    assert.deepStrictEqual(conversation.toolChoice, { type: "tool", name: "ls" })
    assert.deepStrictEqual(codes(conversation), ["functions-as-tools"])
  })

  it("of a type that cannot be offered are named in a notice", () => {
    const { tools, notices } = decoded({ tools: [{ type: "custom", custom: { name: "sh" } }, tool("ls")] })
    assert.deepStrictEqual(tools, [definition("ls")])
    assert.include(notices[0]?.message, '"sh"')
  })

  it("defined twice count once", () => {
    assert.deepStrictEqual(codes(decoded({ tools: [tool("ls"), tool("ls")] })), ["tool-duplicate"])
  })

  it("of a wrong shape are refused by name", () => {
    assert.strictEqual(refusal({ tools: [1] })?.field, "tools.0")
    assert.strictEqual(refusal({ tools: [{ type: "function" }] })?.field, "tools.0.function")
    assert.strictEqual(refusal({ tools: [{ type: "function", function: {} }] })?.field, "tools.0.function.name")
    assert.strictEqual(refusal({ functions: [{}] })?.field, "functions.0.name")
  })
})

describe("tool_choice", () => {
  const choice = (tool_choice: unknown, tools: unknown = two) => decoded({ tools, tool_choice }).toolChoice

  it("is one of three words or a name", () => {
    assert.deepStrictEqual(choice("auto"), { type: "auto" })
    assert.deepStrictEqual(choice("none"), { type: "none" })
    assert.deepStrictEqual(choice("required"), { type: "any" })
    assert.deepStrictEqual(choice({ type: "function", function: { name: "cat" } }), { type: "tool", name: "cat" })
  })

  it("may narrow the tools", () => {
    const allowed_tools = { mode: "required", tools: [{ type: "function", function: { name: "cat" } }] }
    const conversation = decoded({ tools: two, tool_choice: { type: "allowed_tools", allowed_tools } })
    assert.deepStrictEqual(conversation.tools, [definition("cat")])
    assert.deepStrictEqual(conversation.toolChoice, { type: "any" })
    assert.include(conversation.notices[0]?.message, '"ls"')
  })

  it("that nothing can satisfy is auto, with a notice", () => {
    const conversation = decoded({ tool_choice: "required" })
    assert.deepStrictEqual(conversation.toolChoice, { type: "auto" })
    assert.deepStrictEqual(codes(conversation), ["tool-choice-ignored"])
  })

  it("of a wrong shape is refused by name", () => {
    assert.strictEqual(refusal({ tools: two, tool_choice: "maybe" })?.field, "tool_choice")
    assert.strictEqual(refusal({ tools: two, tool_choice: { type: "x" } })?.field, "tool_choice.type")
    const unknown = { type: "function", function: { name: "rm" } }
    assert.strictEqual(refusal({ tools: two, tool_choice: unknown })?.field, "tool_choice.function.name")
    assert.strictEqual(refusal({ functions: [], function_call: { name: 1 } })?.field, "function_call.name")
  })

  it("goes with a bound on calls at once", () => {
    assert.isFalse(decoded({ tools: two, parallel_tool_calls: false }).parallelToolCalls)
  })
})
