import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Part } from "@pensieve/models"
import { factsOf, type RoutingRules, singleBackend } from "@pensieve/router"

const conversation = (more: Partial<Conversation>): Conversation => ({
  model: "claude-sonnet-5",
  system: [],
  turns: [],
  tools: [],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: {},
  reasoning: { mode: "off", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  stream: true,
  hints: { requestClass: "main", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "anthropic", body: {} },
  ...more
})

const rules: RoutingRules = {
  ...singleBackend("mlx"),
  image: "mlx",
  rules: [{ name: "here", when: { project: "*" }, use: "mlx" }]
}

const facts = (more: Partial<Conversation>) =>
  factsOf(
    { conversation: conversation(more), path: "/v1/messages", headers: {} },
    { promptTokens: 1, exactTokens: false },
    rules
  )

const text = (words: string): Part => ({ type: "text", text: words })
const image: Part = { type: "image", source: { kind: "url", url: "x" } }
const user = (...parts: ReadonlyArray<Part>) => ({ role: "user" as const, parts })

describe("the facts of a request", () => {
  it("hold the model that a subagent's tag names before the first answer", () => {
    const tag = text("<PENSIEVE-SUBAGENT-MODEL>small</PENSIEVE-SUBAGENT-MODEL>Go")
    assert.strictEqual(facts({ turns: [user(tag)] }).subagentModel, "small")
    assert.strictEqual(facts({ system: [tag] }).subagentModel, "small")
    const answer = { role: "assistant" as const, parts: [text("Yes?")] }
    assert.isUndefined(facts({ turns: [user(text("Hi")), answer, user(tag)] }).subagentModel)
  })

  it("hold the project's folder as Claude Code and Codex tell it, where a rule asks", () => {
    const claude = text("# Environment\n - Primary working directory: /home/me/my shop\n - Platform: linux")
    assert.strictEqual(facts({ system: [claude] }).project, "/home/me/my shop")
    assert.strictEqual(facts({ turns: [user(text("<cwd>/home/me/shop</cwd>"))] }).project, "/home/me/shop")
    const silent = factsOf(
      { conversation: conversation({ system: [claude] }), path: "/", headers: {} },
      { promptTokens: 1, exactTokens: true },
      singleBackend("mlx")
    )
    assert.isUndefined(silent.project)
  })

  it("know an image anywhere, also in a tool's result", () => {
    assert.isFalse(facts({ turns: [user(text("Hi"))] }).images)
    assert.isTrue(facts({ turns: [user(image)] }).images)
    assert.isTrue(facts({ turns: [user({ type: "tool-result", callId: "1", parts: [image], isError: false })] }).images)
  })

  it("know a search by its tool and by its class", () => {
    const body = { tools: [{ type: "web_search_20250305", name: "web_search" }] }
    assert.isTrue(facts({ source: { dialect: "anthropic", body } }).webSearch)
    assert.isTrue(facts({ hints: { requestClass: "websearch", cacheBreakpoints: [] } }).webSearch)
    assert.isFalse(facts({ source: { dialect: "anthropic", body: { tools: [{ name: "Read" }] } } }).webSearch)
  })

  it("take a mode for a wish to think in Anthropic's API, an effort in OpenAI's", () => {
    const auto = { mode: "auto", display: "full" } as const
    const openai = { dialect: "openai-chat", body: {} }
    assert.isTrue(facts({ reasoning: auto }).thinking)
    assert.isFalse(facts({ reasoning: auto, source: openai }).thinking)
    assert.isTrue(facts({ reasoning: { ...auto, effort: "high" }, source: openai }).thinking)
    assert.isFalse(facts({}).thinking)
  })
})
