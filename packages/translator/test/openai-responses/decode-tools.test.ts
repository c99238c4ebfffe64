import { assert, describe, it } from "@effect/vitest"
import { streamOptions } from "@pensieve/translator/openai-responses"
import { codes, decoded, refusal } from "./decoded.ts"

const schema = { type: "object", properties: { a: { type: "string" } } }
const tool = (name: string) => ({ type: "function", name, description: "d", strict: true, parameters: schema })
const definition = (name: string) => ({ name, description: "d", inputSchema: schema, deferred: false, eager: false })

describe("tools", () => {
  it("of the client are offered in the order sent", () => {
    const conversation = decoded({ tools: [tool("b"), tool("a")] })
    assert.deepStrictEqual(conversation.tools, [definition("b"), definition("a")])
    assert.deepStrictEqual(codes(conversation), [])
  })

  it("without parameters take none", () => {
    const { tools } = decoded({ tools: [{ type: "function", name: "a", parameters: null, strict: null }] })
    assert.deepStrictEqual(tools[0]?.inputSchema, { type: "object", properties: {} })
  })

  it("of a namespace are offered one by one, with the namespace's description on the first", () => {
    const tools = [
      { type: "namespace", name: "agents_v1", description: "Agents.", tools: [tool("open"), tool("close")] }
    ]
    assert.deepStrictEqual(decoded({ tools }).tools, [
      { ...definition("agents_v1__open"), description: "Agents.\n\nd" },
      definition("agents_v1__close")
    ])
  })

  it("in an item of their own are offered like the others, and answered under their names", () => {
    const list = {
      type: "additional_tools",
      role: "developer",
      id: "at",
      tools: [{ type: "namespace", name: "n", tools: [tool("b")] }]
    }
    const conversation = decoded({ tools: [tool("a")], input: [list, { role: "user", content: "hi" }] })
    assert.deepStrictEqual(
      conversation.tools.map(({ name }) => name),
      ["a", "n__b"]
    )
    assert.deepStrictEqual(conversation.turns.length, 1)
    assert.deepStrictEqual(codes(conversation), [])
    assert.deepStrictEqual(streamOptions(conversation, "resp_1", 0).tools?.get("n__b"), {
      name: "b",
      namespace: "n",
      custom: false
    })
    assert.strictEqual(
      refusal({
        input: [
          { ...list, tools: [7] },
          { role: "user", content: "hi" }
        ]
      })?.field,
      "input[0].tools[0]"
    )
    assert.strictEqual(refusal({ input: [list] })?.field, "input")
  })

  it("never share a name, whatever their names join to", () => {
    const tools = [
      tool("a__b"),
      { type: "namespace", name: "a", tools: [tool("b")] },
      { type: "namespace", name: "a__", tools: [tool("b")] }
    ]
    assert.deepStrictEqual(
      decoded({ tools }).tools.map(({ name }) => name),
      ["a__b", "a__b_2", "a__b_3"]
    )
  })

  it("that take free text have one string, with their grammar in its description", () => {
    const grammar = { type: "grammar", syntax: "lark", definition: "start: x" }
    const conversation = decoded({ tools: [{ type: "custom", name: "patch", format: grammar }] })
    const [custom] = conversation.tools
    assert.deepStrictEqual(custom?.inputSchema, {
      type: "object",
      properties: {
        input: { type: "string", description: "The whole input, as text that follows this lark grammar:\nstart: x" }
      },
      required: ["input"],
      additionalProperties: false
    })
    assert.deepStrictEqual(codes(conversation), ["tool-grammar-not-enforced"])
    assert.deepStrictEqual(codes(decoded({ tools: [{ type: "custom", name: "note", format: { type: "text" } }] })), [])
  })

  it("of the API's servers are not offered, with a notice, never refused", () => {
    const types = [
      "web_search",
      "file_search",
      "computer_use_preview",
      "mcp",
      "local_shell",
      "tool_search",
      "dance_2027"
    ]
    const conversation = decoded({ tools: [...types.map((type) => ({ type })), tool("a")] })
    assert.deepStrictEqual(conversation.tools, [definition("a")])
    assert.strictEqual(codes(conversation).filter((code) => code === "tool-not-offered").length, types.length)
  })

  it("note a second definition and a deferral that has no effect", () => {
    const conversation = decoded({
      tools: [tool("a"), { ...tool("a"), description: "e" }, { ...tool("b"), defer_loading: true }]
    })
    assert.deepStrictEqual(conversation.tools, [definition("a"), definition("b")])
    assert.deepStrictEqual(codes(conversation), ["tool-duplicate", "defer-loading-ignored"])
  })

  it.each([
    [[7], "tools[0]"],
    [[{}], "tools[0].type"],
    [[{ type: "function", function: { name: "a" } }], "tools[0].name"],
    [[{ type: "function", name: "a", parameters: 7 }], "tools[0].parameters"],
    [[{ type: "custom" }], "tools[0].name"],
    [[{ type: "namespace", name: "a" }], "tools[0].tools"],
    [[{ type: "namespace", name: "a", tools: [{ type: "function" }] }], "tools[0].tools[0].name"]
  ])("name the field that is wrong: %j", (tools, field) => {
    assert.strictEqual(refusal({ tools })?.field, field)
  })
})

describe("tool_choice", () => {
  const tools = [tool("a"), { type: "custom", name: "c" }, { type: "namespace", name: "n", tools: [tool("b")] }]
  const choice = (value: unknown) => decoded({ tools, tool_choice: value })

  it.each([
    [undefined, { type: "auto" }],
    ["auto", { type: "auto" }],
    ["none", { type: "none" }],
    ["required", { type: "any" }],
    [
      { type: "function", name: "a" },
      { type: "tool", name: "a" }
    ],
    [
      { type: "function", name: "b", namespace: "n" },
      { type: "tool", name: "n__b" }
    ],
    [
      { type: "function", name: "b" },
      { type: "tool", name: "n__b" }
    ],
    [
      { type: "custom", name: "c" },
      { type: "tool", name: "c" }
    ]
  ])("%j", (value, expected) => {
    assert.deepStrictEqual(choice(value).toolChoice, expected)
  })

  it("of allowed tools leaves the others out", () => {
    const list = [
      { type: "function", name: "b" },
      { type: "mcp", server_label: "x" }
    ]
    for (const [mode, type] of [
      ["auto", "auto"],
      ["required", "any"]
    ]) {
      const conversation = choice({ type: "allowed_tools", mode, tools: list })
      assert.deepStrictEqual(
        conversation.tools.map(({ name }) => name),
        ["n__b"]
      )
      assert.strictEqual(conversation.toolChoice.type, type)
    }
  })

  it("of a tool that cannot be offered, or with none to offer, is noted", () => {
    const hosted = choice({ type: "web_search_preview" })
    assert.deepStrictEqual(hosted.toolChoice, { type: "auto" })
    assert.deepStrictEqual(codes(hosted), ["tool-choice-ignored"])
    assert.deepStrictEqual(codes(decoded({ tool_choice: "required" })), ["tool-choice-ignored"])
  })

  it("of a name that no tool has is an error", () => {
    assert.strictEqual(refusal({ tools, tool_choice: { type: "function", name: "z" } })?.field, "tool_choice.name")
    assert.strictEqual(refusal({ tools, tool_choice: { type: "function" } })?.field, "tool_choice.name")
    assert.strictEqual(refusal({ tools, tool_choice: "sometimes" })?.field, "tool_choice")
  })
})
