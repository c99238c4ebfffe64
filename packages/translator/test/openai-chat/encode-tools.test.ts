import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Part } from "@pensieve/models"
import { encodeRequest, type RequestOptions } from "@pensieve/translator/openai-chat"
import { decoded } from "./decoded.ts"

const encoded = (conversation: Partial<Conversation>, options: Partial<RequestOptions> = {}) =>
  encodeRequest({ ...decoded({}), ...conversation }, { model: "qwen", ...options })

const call = (name: string): Part => ({ type: "tool-call", id: "call_1", name, input: { a: 1 } })
const result = (...parts: ReadonlyArray<Part>): Part => ({
  type: "tool-result",
  callId: "call_1",
  parts,
  isError: false
})
const tool = (name: string, deferred = false) => ({
  name,
  description: "d",
  inputSchema: { type: "object" },
  deferred,
  eager: false
})

describe("tools for an upstream", () => {
  it("are hidden while deferred, until the conversation names them", () => {
    const tools = [tool("later", true), tool("ls")]
    const named = (turns: Conversation["turns"]) =>
      encoded({ tools, turns }).body.tools?.map((shown) => shown.function.name)
    assert.deepStrictEqual(named([]), ["ls"])
    assert.deepStrictEqual(named([{ role: "user", parts: [result({ type: "tool-reference", name: "later" })] }]), [
      "ls",
      "later"
    ])
  })

  it("are chosen in the upstream's words", () => {
    const chosen = (toolChoice: Conversation["toolChoice"]) =>
      encoded({ tools: [tool("ls")], toolChoice }).body.tool_choice
    assert.isUndefined(chosen({ type: "auto" }))
    assert.strictEqual(chosen({ type: "any" }), "required")
    assert.strictEqual(chosen({ type: "none" }), "none")
    assert.deepStrictEqual(chosen({ type: "tool", name: "ls" }), { type: "function", function: { name: "ls" } })
    assert.isFalse(encoded({ tools: [tool("ls")], parallelToolCalls: false }).body.parallel_tool_calls)
  })

  it("with long names or names of other letters are renamed everywhere, and back", () => {
    const first = "a".repeat(70)
    const second = `${first}b`
    const long = [first, second, "mcp/server.tool"]
    const { body, toolNames } = encoded({
      tools: [...long, "ls"].map((name) => tool(name)),
      toolChoice: { type: "tool", name: first },
      turns: [{ role: "assistant", parts: [call(second)] }]
    })
    const sent = body.tools?.map((shown) => shown.function.name) ?? []
    assert.isTrue(sent.every((name) => /^[a-zA-Z0-9_-]{1,64}$/.test(name)))
    assert.deepStrictEqual(
      sent.map((name) => toolNames.get(name) ?? name),
      [...long, "ls"]
    )
    assert.deepStrictEqual<unknown>(body.tool_choice, { type: "function", function: { name: sent[0] } })
    assert.include(JSON.stringify(body.messages), `"${sent[1]}"`)
  })
})

describe("a renamed tool", () => {
  const name = "mcp/server.tool"
  const sentName = (names: ReadonlyArray<string>) =>
    encoded({ tools: names.map((own) => tool(own)) }).body.tools?.find((shown) =>
      shown.function.name.startsWith("mcp_")
    )

  it("has the same name in every request, whatever tools stand beside it", () => {
    assert.deepStrictEqual(sentName([name]), sentName(["a".repeat(80), "b.c", name]))
  })

  it("does not take the name of another", () => {
    const taken = sentName([name])?.function.name ?? ""
    const names = encoded({ tools: [tool(taken), tool(name)] }).body.tools?.map((shown) => shown.function.name)
    assert.strictEqual(new Set(names).size, 2)
  })
})

describe("what the decoder of the answer needs", () => {
  it("comes with the request: names to give back, ids not to give twice", () => {
    const { toolNames, callIds } = encoded({ turns: [{ role: "assistant", parts: [call("a.b")] }] })
    assert.deepStrictEqual([...toolNames.values()], ["a.b"])
    assert.deepStrictEqual(callIds, ["call_1"])
  })
})
