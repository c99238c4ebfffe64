import { claudeCodeEnvironment, claudeCodeRunSettings, codexFlags, type ProxyFacts } from "@pensieve/operations"
import { assert, describe, it } from "vitest"

const facts: ProxyFacts = { baseUrl: "http://127.0.0.1:7777", token: "t", window: 90_000, modelName: "local-m" }

describe("Claude Code's settings", () => {
  it("name the model for every tier, and its real window", () => {
    const env = claudeCodeEnvironment(facts)
    const models = Object.entries(env).filter(([name]) => name.endsWith("MODEL"))
    assert.lengthOf(models, 6)
    for (const [, value] of models) assert.strictEqual(value, "local-m")
    assert.strictEqual(env["CLAUDE_CODE_MAX_CONTEXT_TOKENS"], "90000")
  })

  it("leave the window out where nobody knows it", () => {
    assert.notProperty(claudeCodeEnvironment({ ...facts, window: undefined }), "CLAUDE_CODE_MAX_CONTEXT_TOKENS")
  })

  it("take the user's keys out of the way of a local model, and leave them to Anthropic's own", () => {
    assert.deepInclude(claudeCodeRunSettings(facts), { apiKeyHelper: "" })
    const passed = claudeCodeRunSettings({ ...facts, modelName: undefined })
    assert.deepEqual(Object.keys(passed), ["env"])
    assert.notProperty(passed["env"], "ANTHROPIC_API_KEY")
    assert.notProperty(passed["env"], "ANTHROPIC_MODEL")
  })
})

describe("Codex's flags", () => {
  it("are dotted paths with TOML values", () => {
    const flags = codexFlags(facts)
    assert.include(flags, 'model="local-m"')
    assert.include(flags, 'model_providers.pensieve.base_url="http://127.0.0.1:7777/v1"')
    assert.include(flags, "model_context_window=90000")
    assert.strictEqual(flags.filter((flag) => flag === "-c").length * 2, flags.length)
  })

  it("hold no token: any process can read them", () => {
    assert.notInclude(codexFlags({ ...facts, token: "canary" }).join(" "), "canary")
  })
})
