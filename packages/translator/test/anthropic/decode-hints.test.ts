import { assert, describe, it } from "@effect/vitest"
import { decoded } from "./decoded.ts"

const classOf = (fields: object, headers: Record<string, string> = {}) => decoded(fields, headers).hints.requestClass

const claudeCode = { "x-claude-code-session-id": "s-1" }
const billing = (rest: string) => [{ type: "text", text: `x-anthropic-billing-header: cc_version=2.1.329.22d;${rest}` }]
const tool = { name: "Bash", input_schema: {} }
const answerWith = (field: string) => ({
  output_config: {
    format: { type: "json_schema", schema: { type: "object", properties: { [field]: { type: "string" } } } }
  }
})
const summarise = { type: "text", text: "CRITICAL: Respond with TEXT ONLY. Do not call any tools.\n…" }
const result = { type: "tool_result", tool_use_id: "t", content: "x" }

describe("the class of a request", () => {
  it.each(["main", "subagent", "compaction"])("is what the hint header says: %s", (name) => {
    assert.strictEqual(classOf({ tools: [tool] }, { ...claudeCode, "x-claude-code-request-class": name }), name)
  })

  it("is subagent for the steps of a workflow", () => {
    assert.strictEqual(classOf({ tools: [tool] }, { "x-claude-code-request-class": "workflow" }), "subagent")
  })

  it("is main for a hint nobody knows", () => {
    for (const hint of ["constructor", "new-kind", ""]) {
      assert.strictEqual(classOf({ tools: [tool] }, { "x-claude-code-request-class": hint }), "main")
    }
  })

  it("is found by the body where the header only says auxiliary, or nothing", () => {
    for (const headers of [claudeCode, { ...claudeCode, "x-claude-code-request-class": "auxiliary" }]) {
      assert.strictEqual(classOf({ max_tokens: 1 }, headers), "probe")
      assert.strictEqual(classOf({ ...answerWith("title"), tools: [] }, headers), "title")
      assert.strictEqual(classOf(answerWith("name"), headers), "title")
      assert.strictEqual(classOf({ stop_sequences: ["</block>"] }, headers), "classifier")
      assert.strictEqual(
        classOf({ tools: [{ type: "web_search_20250305", name: "web_search" }] }, headers),
        "websearch"
      )
    }
  })

  it("is compaction if the last user turn ends with the instruction, also behind tool results", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "user", content: [result, summarise] }
    ]
    assert.strictEqual(classOf({ messages, tools: [tool] }), "compaction")
    assert.strictEqual(classOf({ messages: [...messages, { role: "system", content: "b" }] }), "compaction")
    assert.strictEqual(classOf({ messages: [{ role: "user", content: summarise.text }] }), "compaction")
  })

  it("is not compaction if the instruction is older, or followed by other text", () => {
    const older = [
      { role: "user", content: [summarise] },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" }
    ]
    assert.strictEqual(classOf({ messages: older, tools: [tool] }), "main")
    const quoted = [{ role: "user", content: [summarise, { type: "text", text: "what does this mean?" }] }]
    assert.strictEqual(classOf({ messages: quoted, tools: [tool] }), "main")
  })

  it("is subagent by its agent id or its billing header", () => {
    assert.strictEqual(classOf({ tools: [tool] }, { ...claudeCode, "x-claude-code-agent-id": "a" }), "subagent")
    assert.strictEqual(classOf({ tools: [tool], system: billing(" cc_is_subagent=true;") }), "subagent")
    assert.strictEqual(classOf({ tools: [tool], system: billing(" cc_entrypoint=cli;") }), "main")
  })

  it("is main for other programs that ask alike", () => {
    assert.strictEqual(classOf(answerWith("title")), "main")
    assert.strictEqual(classOf({ tools: [{ type: "web_search_20250305", name: "web_search" }] }), "main")
    assert.strictEqual(classOf({ max_tokens: 1, tools: [tool] }), "main")
    assert.strictEqual(classOf({ max_tokens: 0, tools: [tool] }, claudeCode), "main")
  })
})

describe("session and agent", () => {
  const userId = (user_id: unknown) => ({ metadata: { user_id } })

  it("come from the headers", () => {
    const hints = decoded({}, { ...claudeCode, "x-claude-code-agent-id": "a-1" }).hints
    assert.deepInclude(hints, { sessionId: "s-1", agentId: "a-1", cacheAffinity: "s-1/a-1" })
  })

  it("come from metadata.user_id, in its new form and its old one", () => {
    assert.strictEqual(decoded(userId('{"device_id":"d","session_id":"s-2"}')).hints.sessionId, "s-2")
    assert.strictEqual(decoded(userId("user_1_account_2_session_s-3")).hints.sessionId, "s-3")
    assert.strictEqual(decoded(userId('{"session_id":"s-2"}'), claudeCode).hints.sessionId, "s-1")
  })

  it("are unknown for other user ids, which still share a cache", () => {
    const hints = decoded(userId("somebody")).hints
    assert.isUndefined(hints.sessionId)
    assert.strictEqual(hints.cacheAffinity, "somebody")
    assert.isUndefined(decoded(userId(5)).hints.cacheAffinity)
  })
})

describe("cache marks", () => {
  const mark = { cache_control: { type: "ephemeral" } }
  const marked = { type: "text", text: "a", ...mark }
  const breakpoints = (fields: object) => decoded(fields).hints.cacheBreakpoints

  it("on tools or system stand before the first turn", () => {
    assert.deepStrictEqual(breakpoints({ system: [marked] }), [-1])
    assert.deepStrictEqual(breakpoints({ tools: [{ ...tool, ...mark }], system: [marked] }), [-1])
  })

  it("on blocks stand at their turns, and on the request at the last", () => {
    const messages = [
      { role: "user", content: [marked, marked] },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" }
    ]
    assert.deepStrictEqual(breakpoints({ messages }), [0])
    assert.deepStrictEqual(breakpoints({ messages, ...mark, system: [marked] }), [-1, 0, 2])
  })
})
