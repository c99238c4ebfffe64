import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { encodeRequest, type RequestOptions } from "@pensieve/translator/anthropic"
import { assistant, call, codesOf, conversationOf, result, text, tool, user } from "../conversation.ts"

const encoded = (fields: Partial<Conversation>, options: Partial<RequestOptions> = {}) =>
  encodeRequest(conversationOf(fields), { model: "claude", ...options })

const body = (fields: Partial<Conversation>, options: Partial<RequestOptions> = {}) => encoded(fields, options).body

const hi = [{ role: "user", content: [{ type: "text", text: "hi" }] }]

describe("a request to an upstream", () => {
  it("has the upstream's model and the bound that the API wants", () => {
    assert.deepStrictEqual<object>(body({}), { model: "claude", max_tokens: 32_000, messages: hi, stream: true })
    assert.deepStrictEqual<object>(body({ maxTokens: 0 }, { stream: false }), {
      model: "claude",
      max_tokens: 0,
      messages: hi,
      stream: false
    })
  })

  it("asks for no longer an answer than the model writes, and says so where that is less than was asked for", () => {
    const bounded = (maxTokens: number | undefined) =>
      encoded(maxTokens === undefined ? {} : { maxTokens }, { mostTokens: 8192 })
    assert.deepStrictEqual([bounded(undefined).body.max_tokens, codesOf(bounded(undefined))], [8192, []])
    assert.deepStrictEqual([bounded(9000).body.max_tokens, codesOf(bounded(9000))], [8192, ["max-tokens-lowered"]])
    assert.strictEqual(bounded(100).body.max_tokens, 100)
  })

  it("has every option under the API's names", () => {
    const { body, notices } = encoded({
      system: [text("Be brief."), text(" \n")],
      tools: [{ ...tool("ls"), description: "Lists." }],
      toolChoice: { type: "tool", name: "ls" },
      parallelToolCalls: false,
      sampling: { temperature: 0.5, topP: 0.9, topK: 4 },
      output: { type: "json-schema", schema: { type: "object" } },
      stopSequences: ["END"],
      maxTokens: 9
    })
    assert.deepStrictEqual<object>(body, {
      model: "claude",
      max_tokens: 9,
      system: [{ type: "text", text: "Be brief." }],
      messages: hi,
      tools: [{ name: "ls", description: "Lists.", input_schema: { type: "object", properties: {} } }],
      tool_choice: { type: "tool", name: "ls", disable_parallel_tool_use: true },
      output_config: { format: { type: "json_schema", schema: { type: "object" } } },
      stop_sequences: ["END"],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      stream: true
    })
    assert.deepStrictEqual(notices, [])
  })

  it("leaves out the billing header, whose value changes from session to session", () => {
    const header = "x-anthropic-billing-header: cc_version=2.1.329.abc; cc_entrypoint=cli;"
    const request = encoded({ system: [text(header), text("You are helpful.")] })
    assert.deepInclude(request.body, { system: [{ type: "text", text: "You are helpful." }] })
    assert.deepStrictEqual(codesOf(request), ["billing-header-dropped"])
  })
})

describe("sampling", () => {
  it("that the API does not know is told, not sent", () => {
    const request = encoded({ sampling: { minP: 0.1, seed: 7, presencePenalty: 1, topK: 4 } })
    assert.deepInclude(request.body, { top_k: 4 })
    assert.doesNotHaveAnyKeys(request.body, ["min_p", "seed", "presence_penalty"])
    assert.deepStrictEqual(
      request.notices.map((notice) => notice.field),
      ["sampling.minP", "sampling.seed", "sampling.presencePenalty"]
    )
  })

  it("is not sent at all to an upstream of the version that refuses it", () => {
    const request = encoded({ sampling: { temperature: 0.5 } }, { sampling: false })
    assert.notProperty(request.body, "temperature")
    assert.deepStrictEqual(codesOf(request), ["sampling-not-sent"])
  })

  it("keeps to the highest temperature there is", () => {
    const request = encoded({ sampling: { temperature: 1.7 } })
    assert.deepInclude(request.body, { temperature: 1 })
    assert.deepStrictEqual(codesOf(request), ["temperature-lowered"])
  })
})

describe("tools", () => {
  it.each([
    [{ type: "auto" }, undefined],
    [{ type: "any" }, { type: "any" }],
    [{ type: "none" }, { type: "none" }],
    [
      { type: "tool", name: "ls" },
      { type: "tool", name: "ls" }
    ]
  ] as const)("are chosen as asked: %j", (toolChoice, expected) => {
    const sent = body({ tools: [tool("ls")], toolChoice })
    assert.deepStrictEqual(sent.tool_choice, expected)
  })

  it("are called one at a time where the client wants that", () => {
    assert.deepInclude(body({ tools: [tool("ls")], parallelToolCalls: false }), {
      tool_choice: { type: "auto", disable_parallel_tool_use: true }
    })
  })

  it("have names and ids the API takes, the same in every request, and theirs again in the answer", () => {
    const name = "mcp.server/a tool"
    const fields = {
      tools: [tool(name)],
      turns: [user(text("go")), assistant(call("call|1", name)), user(result("call|1", text("ok")))]
    }
    const { body, toolNames } = encoded(fields)
    const sent = JSON.stringify(body)
    const [[wire = "", own = ""] = []] = toolNames
    assert.strictEqual(own, name)
    assert.match(wire, /^[\w-]{1,64}$/)
    assert.include(sent, `"name":"${wire}"`)
    const ids = [...sent.matchAll(/"(?:tool_use_)?id":"([^"]*)"/g)].map(([, id = ""]) => id)
    assert.match(ids[0] ?? "", /^[\w-]+$/)
    assert.deepStrictEqual(ids, [ids[0], ids[0]])
    assert.deepStrictEqual(encoded(fields).body, body)
  })

  it("have an object as input, whatever the schema forgot to say", () => {
    const sent = body({ tools: [{ ...tool("ls"), inputSchema: { properties: { a: {} } } }] })
    assert.deepInclude(sent, { tools: [{ name: "ls", input_schema: { properties: { a: {} }, type: "object" } }] })
  })

  it("that are deferred are shown once the conversation has named them", () => {
    const tools = [{ ...tool("late"), deferred: true }, tool("ls")]
    assert.deepInclude(body({ tools }), { tools: [{ name: "ls", input_schema: tool("ls").inputSchema }] })
    const turns = [
      user(text("go")),
      assistant(call("c", "ls")),
      user(result("c", { type: "tool-reference", name: "late" }))
    ]
    const { body: sent } = encoded({ tools, turns })
    assert.match(JSON.stringify(sent.tools), /"ls".*"late"/)
    assert.include(JSON.stringify(sent.messages), "The tool late is available from here on.")
  })

  it("of earlier calls are named where none is offered any more, since the API wants them", () => {
    const turns = [user(text("go")), assistant(call("c", "ls")), user(result("c", text("ok")), text("now sum up"))]
    const request = encoded({ turns })
    assert.deepInclude(request.body, {
      tools: [{ name: "ls", input_schema: { type: "object" } }],
      tool_choice: { type: "none" }
    })
    assert.deepStrictEqual(codesOf(request), ["tools-not-offered"])
  })
})

describe("what cannot be asked for", () => {
  it("is told: JSON without a schema, and stop sequences of white space", () => {
    const request = encoded({ output: { type: "json" }, stopSequences: ["\n", "END"] })
    assert.deepInclude(request.body, { stop_sequences: ["END"] })
    assert.notProperty(request.body, "output_config")
    assert.deepStrictEqual([...codesOf(request)].toSorted(), ["json-not-enforced", "stop-not-sent"])
  })
})
