import { assert, describe, it } from "@effect/vitest"
import { codes, decoded, refusal } from "./decoded.ts"

const schema = { type: "object", properties: { a: { type: "string" } } }
const tool = { name: "Bash", description: "runs", input_schema: schema }

describe("tools", () => {
  it("keep name, description and schema", () => {
    assert.deepStrictEqual(decoded({ tools: [tool, { name: "Read", type: "custom", input_schema: {} }] }).tools, [
      { name: "Bash", description: "runs", inputSchema: schema, deferred: false, eager: false },
      { name: "Read", inputSchema: {}, deferred: false, eager: false }
    ])
  })

  it("say whether they are deferred or eager", () => {
    const [definition] = decoded({ tools: [{ ...tool, defer_loading: true, eager_input_streaming: true }] }).tools
    assert.deepInclude(definition, { deferred: true, eager: true })
  })

  it.each([
    ["bash_20250124", "bash", ["command", "restart"]],
    [
      "text_editor_20250124",
      "str_replace_editor",
      ["command", "path", "file_text", "old_str", "new_str", "insert_line", "view_range"]
    ],
    [
      "text_editor_20250728",
      "str_replace_based_edit_tool",
      ["command", "path", "file_text", "old_str", "new_str", "insert_line", "view_range", "insert_text"]
    ],
    [
      "memory_20250818",
      "memory",
      [
        "command",
        "path",
        "file_text",
        "old_str",
        "new_str",
        "insert_line",
        "view_range",
        "insert_text",
        "old_path",
        "new_path"
      ]
    ]
  ])("of type %s get the schema the API knows", (type, name, fields) => {
    const [definition] = decoded({ tools: [{ type, name }] }).tools
    assert.strictEqual(definition?.name, name)
    assert.deepStrictEqual(Object.keys(Object(definition?.inputSchema.properties)), fields)
    assert.isNotEmpty(definition?.description)
  })

  it.each(["computer_20250124", "browser_toolset_20260801"])("of type %s are refused by name", (type) => {
    const problem = refusal({ tools: [tool, { type, name: "x" }] })
    assert.strictEqual(problem?.field, "tools.1.type")
    assert.include(problem?.message, type)
  })

  it.each([
    { type: "web_search_20250305", name: "web_search", max_uses: 8 },
    { type: "code_execution_20250825", name: "code_execution" },
    { type: "tool_search_tool_regex_20251119", name: "tool_search" },
    { type: "mcp_toolset", mcp_server_name: "x" }
  ])("that run on the API's servers are noted and not offered: %j", (server) => {
    const conversation = decoded({ tools: [server, tool] })
    assert.deepStrictEqual(
      conversation.tools.map(({ name }) => name),
      ["Bash"]
    )
    assert.deepStrictEqual(codes(conversation), ["server-tool-not-offered"])
    assert.include(conversation.notices[0]?.message, server.type)
  })

  it("of an unknown type are used if they bring a schema, and noted if not", () => {
    const conversation = decoded({
      tools: [
        { ...tool, type: "custom_v9" },
        { type: "dance_2027", name: "dance" }
      ]
    })
    assert.deepStrictEqual(
      conversation.tools.map(({ name }) => name),
      ["Bash"]
    )
    assert.deepStrictEqual(codes(conversation), ["tool-type-unknown", "tool-type-unknown"])
  })

  it("of one name count once", () => {
    const conversation = decoded({ tools: [tool, { ...tool, description: "other" }] })
    assert.deepStrictEqual(
      conversation.tools.map(({ description }) => description),
      ["runs"]
    )
    assert.deepStrictEqual(codes(conversation), ["tool-duplicate"])
  })

  it("note fields without effect", () => {
    const conversation = decoded({ tools: [{ ...tool, strict: true, input_examples: [], cache_control: {} }] })
    assert.deepStrictEqual(
      conversation.notices.map(({ field }) => field),
      ["tools.0.strict", "tools.0.input_examples"]
    )
  })

  it.each([
    [{ name: "a" }, "tools.0.input_schema"],
    [{ input_schema: {} }, "tools.0.name"],
    [{ name: "a", input_schema: [] }, "tools.0.input_schema"],
    ["x", "tools.0"],
    [{ type: 5 }, "tools.0.type"]
  ])("with a wrong field name it: %j", (wrong, field) => {
    assert.strictEqual(refusal({ tools: [wrong] })?.field, field)
  })
})

describe("the choice of tools", () => {
  const chosen = (tool_choice: object, tools: ReadonlyArray<object> = [tool]) => decoded({ tools, tool_choice })

  it("is translated", () => {
    assert.deepStrictEqual(chosen({ type: "auto" }).toolChoice, { type: "auto" })
    assert.deepStrictEqual(chosen({ type: "none" }).toolChoice, { type: "none" })
    assert.deepStrictEqual(chosen({ type: "any" }).toolChoice, { type: "any" })
    assert.deepStrictEqual(chosen({ type: "tool", name: "Bash" }).toolChoice, { type: "tool", name: "Bash" })
  })

  it("can forbid several calls at once", () => {
    assert.isFalse(chosen({ type: "auto", disable_parallel_tool_use: true }).parallelToolCalls)
    assert.isTrue(chosen({ type: "auto" }).parallelToolCalls)
  })

  it.each([
    [{ type: "sometimes" }, "tool_choice.type"],
    [{}, "tool_choice.type"],
    [{ type: "tool" }, "tool_choice.name"],
    [{ type: "tool", name: "Nope" }, "tool_choice.name"]
  ])("is refused where it cannot be meant: %j", (choice, field) => {
    assert.strictEqual(refusal({ tools: [tool], tool_choice: choice })?.field, field)
  })

  it("falls back to auto, with a notice, where only tools that cannot be offered would do", () => {
    const server = { type: "web_search_20250305", name: "web_search" }
    for (const choice of [{ type: "any" }, { type: "tool", name: "web_search" }]) {
      const conversation = chosen(choice, [server])
      assert.deepStrictEqual(conversation.toolChoice, { type: "auto" })
      assert.include(codes(conversation), "tool-choice-ignored")
    }
  })
})
