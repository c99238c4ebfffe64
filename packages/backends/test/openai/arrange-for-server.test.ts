import { assert, describe, it } from "@effect/vitest"
import { arrangeForServer } from "../../src/openai/arrange-for-server.ts"
import { unknownServer, withTraits } from "../../src/openai/traits.ts"
import { bodyFor, conversation, tool } from "./probed.ts"

const text = (words: string) => ({ type: "text", text: words }) as const

const session = {
  system: [text("You are helpful.")],
  turns: [
    { role: "user", parts: [text("Hello")] },
    { role: "system", parts: [text("cwd: /src")] },
    { role: "assistant", parts: [text("Hi")] },
    { role: "user", parts: [text("Go on")] },
    { role: "system", parts: [text("plan mode left")] }
  ]
} as const

const rolesOf = (body: ReturnType<typeof bodyFor>) =>
  (body["messages"] as ReadonlyArray<{ readonly role: string; readonly content: string }>).map(
    ({ role, content }) => `${role}: ${content}`
  )

describe("system turns", () => {
  it("stay where they are", () => {
    assert.deepStrictEqual(rolesOf(bodyFor(unknownServer, session)), [
      "system: You are helpful.",
      "user: Hello",
      "system: cwd: /src",
      "assistant: Hi",
      "user: Go on",
      "system: plan mode left"
    ])
  })

  it("before the first answer go to the front for a server that keeps prefixes; later ones stay", () => {
    const traits = withTraits(unknownServer, { keepsPrefixes: true })
    assert.deepStrictEqual(rolesOf(bodyFor(traits, session)), [
      "system: You are helpful.\n\ncwd: /src",
      "user: Hello",
      "assistant: Hi",
      "user: Go on",
      "system: plan mode left"
    ])
  })

  it("are folded into the user's words where the server takes none there", () => {
    const traits = withTraits(unknownServer, { request: { systemTurns: "folded" } })
    assert.deepStrictEqual(rolesOf(bodyFor(traits, session)).slice(1), [
      "user: Hello\n\n<system-reminder>\ncwd: /src\n</system-reminder>",
      "assistant: Hi",
      "user: Go on\n\n<system-reminder>\nplan mode left\n</system-reminder>"
    ])
  })
})

describe("tools for a server that keeps prefixes", () => {
  it("stand in one order, whatever order they came in", () => {
    const traits = withTraits(unknownServer, { keepsPrefixes: true })
    const named = (names: ReadonlyArray<string>) =>
      arrangeForServer(conversation({ tools: names.map((name) => tool(name)) }), traits).conversation.tools.map(
        ({ name }) => name
      )
    assert.deepStrictEqual(named(["Zed", "Read", "Bash"]), named(["Bash", "Zed", "Read"]))
  })
})

describe("tools for a server that takes none", () => {
  const traits = withTraits(unknownServer, { toolForm: "prompted" })
  const past = {
    tools: [tool("Read"), { ...tool("Hidden"), deferred: true }],
    turns: [
      { role: "user", parts: [text("Look")] },
      { role: "assistant", parts: [text("Yes."), { type: "tool-call", id: "c1", name: "Read", input: { a: 1 } }] },
      {
        role: "user",
        parts: [{ type: "tool-result", callId: "c1", parts: [text("content")], isError: true }, text("Now?")]
      }
    ]
  } as const

  it("stand in the system prompt; calls and results of the past are text", () => {
    const body = bodyFor(traits, past)
    assert.notProperty(body, "tools")
    const [system, , assistant, user] = rolesOf(body)
    assert.match(system ?? "", /<tools>[^]*"Read"[^]*<\/tools>/)
    assert.notMatch(system ?? "", /Hidden/)
    assert.strictEqual(
      assistant,
      'assistant: Yes.\n\n<tool_call>\n{"name": "Read", "arguments": {"a":1}}\n</tool_call>'
    )
    assert.strictEqual(user, "user: <tool_response>\n[error]\ncontent\n</tool_response>\n\nNow?")
  })

  it("are shown once the conversation names them, and not at all where none may be called", () => {
    const reference = { type: "tool-reference", name: "Hidden" } as const
    const turns = [
      ...past.turns,
      { role: "user", parts: [{ type: "tool-result", callId: "c2", parts: [reference], isError: false }] }
    ] as const
    assert.match(rolesOf(bodyFor(traits, { ...past, turns }))[0] ?? "", /Hidden/)
    assert.notMatch(JSON.stringify(bodyFor(traits, { ...past, toolChoice: { type: "none" } })), /<tools>/)
  })
})
