import { assert, describe, it } from "@effect/vitest"
import { arrange, type PromptShape } from "../src/index.ts"
import {
  assistant,
  bareTemplate,
  call,
  conversation,
  fullTemplate,
  nativeFamily,
  promptedFamily,
  result,
  system,
  text,
  tool,
  user
} from "./conversations.ts"

const native: PromptShape = { template: fullTemplate, family: nativeFamily }
const bare: PromptShape = { template: bareTemplate, family: promptedFamily }

const codes = (arranged: { readonly notices: ReadonlyArray<{ readonly code: string }> }) =>
  arranged.notices.map((notice) => notice.code)

describe("the system prompt", () => {
  it("loses the billing header, with a notice, and nothing else", () => {
    const arranged = arrange(
      conversation({
        system: [text("x-anthropic-billing-header: cc=2; cch=1a;"), text("You help."), text("Be brief.")],
        turns: [user("Hi")]
      }),
      native
    )
    assert.deepStrictEqual(arranged.messages, [
      { role: "system", content: "You help.\n\nBe brief." },
      { role: "user", content: "Hi" }
    ])
    assert.deepStrictEqual(arranged.notices, [
      {
        code: "billing-header-dropped",
        message: "Left out, since it changes from session to session: x-anthropic-billing-header: cc=2; cch=1a;",
        field: "system.0"
      }
    ])
  })

  it("keeps what stands behind the billing header in the same block", () => {
    const arranged = arrange(
      conversation({ system: [text("x-anthropic-billing-header: a\nYou help.")], turns: [user("Hi")] }),
      native
    )
    assert.deepStrictEqual(arranged.messages[0], { role: "system", content: "You help." })
  })

  it("keeps the header's name where a user talks about it", () => {
    const arranged = arrange(conversation({ turns: [user("x-anthropic-billing-header: what is it?")] }), native)
    assert.deepStrictEqual(arranged, {
      messages: [{ role: "user", content: "x-anthropic-billing-header: what is it?" }],
      tools: [],
      continueFinal: false,
      notices: []
    })
  })

  it("takes in the system turns before the first assistant turn, and leaves later ones in place", () => {
    const turns = [user("Hi"), system("Agents: none."), assistant("Hello."), user("Go"), system("Task 1 is done.")]
    assert.deepStrictEqual(arrange(conversation({ system: [text("You help.")], turns }), native).messages, [
      { role: "system", content: "You help.\n\nAgents: none." },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello." },
      { role: "user", content: "Go" },
      { role: "system", content: "Task 1 is done." }
    ])
  })

  it("is left out where there is none", () => {
    assert.deepStrictEqual(arrange(conversation({ turns: [user("Hi")] }), native).messages, [
      { role: "user", content: "Hi" }
    ])
  })
})

describe("a template that takes the system prompt first only", () => {
  const shape: PromptShape = { template: { ...fullTemplate, system: "first" }, family: nativeFamily }

  it("gets later system turns as reminders of the user", () => {
    const turns = [user("Hi"), assistant("Hello."), user("Go"), system("Task 1 is done.")]
    assert.deepStrictEqual(arrange(conversation({ turns }), shape).messages.slice(2), [
      { role: "user", content: "Go" },
      { role: "user", content: "<system-reminder>\nTask 1 is done.\n</system-reminder>" }
    ])
  })
})

describe("a bare template", () => {
  it("gets the system prompt in the first user turn, and the tools as text before it", () => {
    const arranged = arrange(
      conversation({ system: [text("You help.")], tools: [tool("Bash")], turns: [user("Hi")] }),
      bare
    )
    assert.deepStrictEqual(arranged.messages, [
      {
        role: "user",
        content: 'TOOLS {"name":"Bash","description":"Runs Bash.","parameters":{"type":"object"}}\n\nYou help.\n\nHi'
      }
    ])
    assert.deepStrictEqual(arranged.tools, [])
  })

  it("gets calls and results as text, and user and assistant in turn", () => {
    const turns = [
      user("Hi"),
      assistant("On it.", call("c1", "Bash", { command: "ls" }), call("c2", "Read", { path: "a" })),
      user(result("c1", "a b"), result("c2", "gone", true), "Now?"),
      system("Task 1 is done."),
      user("Well?")
    ]
    assert.deepStrictEqual(arrange(conversation({ turns }), bare).messages, [
      { role: "user", content: "Hi" },
      { role: "assistant", content: 'On it.\n\nCALL Bash {"command":"ls"}\nCALL Read {"path":"a"}' },
      {
        role: "user",
        content:
          "RESULT Bash a b\nRESULT Read [error]\ngone\n\nNow?\n\n<system-reminder>\nTask 1 is done.\n</system-reminder>\n\nWell?"
      }
    ])
  })

  it("gets a user turn to begin with", () => {
    assert.deepStrictEqual(
      arrange(conversation({ turns: [assistant("How can I help?"), user("Hi")] }), bare).messages,
      [
        { role: "user", content: "[conversation start]" },
        { role: "assistant", content: "How can I help?" },
        { role: "user", content: "Hi" }
      ]
    )
  })

  it("gets the words behind a result as the end of the result where it takes results", () => {
    const shape: PromptShape = { template: { ...fullTemplate, alternates: true }, family: nativeFamily }
    const turns = [user("Hi"), assistant(call("c1", "Bash", {})), user(result("c1", "a"), "Now?")]
    assert.deepStrictEqual(arrange(conversation({ turns }), shape).messages.at(-1), {
      role: "tool",
      content: "a\n\nNow?",
      tool_call_id: "c1",
      name: "Bash"
    })
  })
})

describe("tools", () => {
  it("stand in one fixed order whatever order they came in", () => {
    const names = ["mcp__b", "Write", "Agent", "Bash", "Artifact", "Read", "mcp__a"]
    const arranged = arrange(conversation({ tools: names.map((name) => tool(name)), turns: [user("Hi")] }), native)
    assert.deepStrictEqual(
      arranged.tools.map((shown) => shown.function.name),
      ["Bash", "Read", "Write", "Agent", "Artifact", "mcp__a", "mcp__b"]
    )
  })

  it("have the keys of their schema in one order", () => {
    const inputSchema = {
      type: "object",
      properties: { b: { type: "string", description: "B" }, a: {} },
      required: ["b", "a"]
    }
    const arranged = arrange(conversation({ tools: [tool("T", { inputSchema })], turns: [user("Hi")] }), native)
    assert.strictEqual(
      JSON.stringify(arranged.tools[0]?.function.parameters),
      '{"properties":{"a":{},"b":{"description":"B","type":"string"}},"required":["b","a"],"type":"object"}'
    )
  })

  it("stay in the prompt when the client forbids calls", () => {
    const arranged = arrange(
      conversation({ tools: [tool("Bash")], toolChoice: { type: "none" }, turns: [user("Hi")] }),
      native
    )
    assert.lengthOf(arranged.tools, 1)
  })

  it("that are deferred stand where a reference names them, the same way each time", () => {
    const search = (id: string) => [
      assistant(call(id, "ToolSearch", { query: "x" })),
      user(result(id, [{ type: "tool-reference", name: "mcp__x" }]))
    ]
    const arranged = arrange(
      conversation({
        tools: [tool("mcp__x", { deferred: true }), tool("ToolSearch")],
        turns: [user("Hi"), ...search("c1"), ...search("c2")]
      }),
      native
    )
    const definition =
      '<tools>\n{"type":"function","function":{"name":"mcp__x","description":"Runs mcp__x.","parameters":{"type":"object"}}}\n</tools>'
    assert.deepStrictEqual(
      arranged.tools.map((shown) => shown.function.name),
      ["ToolSearch"]
    )
    assert.deepStrictEqual(
      arranged.messages.filter((message) => message.role === "tool"),
      [
        { role: "tool", content: definition, tool_call_id: "c1", name: "ToolSearch" },
        { role: "tool", content: definition, tool_call_id: "c2", name: "ToolSearch" }
      ]
    )
  })

  it("that a reference names but nobody declared are named in a notice", () => {
    const arranged = arrange(conversation({ turns: [user({ type: "tool-reference", name: "Gone" })] }), native)
    assert.deepStrictEqual(arranged.messages, [{ role: "user", content: "[tool reference: Gone]" }])
    assert.deepStrictEqual(codes(arranged), ["tool-reference-unknown"])
  })

  it("go as text where a native family's template shows none", () => {
    const shape: PromptShape = { template: { ...fullTemplate, tools: false }, family: nativeFamily }
    const arranged = arrange(conversation({ tools: [tool("Bash")], turns: [user("Hi")] }), shape)
    assert.deepStrictEqual(arranged.tools, [])
    assert.isTrue(arranged.messages[0]?.content.startsWith('TOOLS {"name":"Bash"'))
  })
})

describe("calls and results", () => {
  it("keep their order, results before the words of their turn, inputs as objects with their keys in one order", () => {
    const turns = [
      user("Hi"),
      assistant("On it.", call("c1", "Write", { text: " a\n", path: "p" }), call("c2", "Bash", {})),
      user("Now?", result("c2", "two"), result("c1", "one", true))
    ]
    const arranged = arrange(conversation({ turns }), native)
    assert.deepStrictEqual(arranged.messages.slice(1), [
      {
        role: "assistant",
        content: "On it.",
        tool_calls: [
          { id: "c1", type: "function", function: { name: "Write", arguments: { path: "p", text: " a\n" } } },
          { id: "c2", type: "function", function: { name: "Bash", arguments: {} } }
        ]
      },
      { role: "tool", content: "two", tool_call_id: "c2", name: "Bash" },
      { role: "tool", content: "[error]\none", tool_call_id: "c1", name: "Write" },
      { role: "user", content: "Now?" }
    ])
    const [first] = arranged.messages[1]?.tool_calls ?? []
    assert.deepStrictEqual(Object.keys(first?.function.arguments ?? {}), ["path", "text"])
  })

  it("carry the family's own ids, counted over the whole conversation", () => {
    const family = {
      ...nativeFamily,
      templateId: ({ name, ordinal }: { readonly name: string; readonly ordinal: number }) => `${name}:${ordinal}`
    }
    const turns = [
      user("Hi"),
      assistant(call("x", "A", {})),
      user(result("x", "1")),
      assistant(call("x", "B", {})),
      user(result("x", "2"))
    ]
    const arranged = arrange(conversation({ turns }), { template: fullTemplate, family })
    assert.deepStrictEqual(
      arranged.messages.flatMap((message) => message.tool_call_id ?? message.tool_calls?.map((made) => made.id) ?? []),
      ["A:0", "A:0", "B:1", "B:1"]
    )
  })

  it("without a call to go with keep the client's id", () => {
    const arranged = arrange(conversation({ turns: [user(result("lost", "1"))] }), native)
    assert.deepStrictEqual(arranged.messages, [{ role: "tool", content: "1", tool_call_id: "lost" }])
  })
})
