import { assert, describe, it } from "@effect/vitest"
import { importRouter, resolveConfiguration } from "@pensieve/config"
import { Result } from "effect"

/** As the project's own documents show it. */
const sample = `{
\t// my router
\t"APIKEY": "canary-local",
\t"PROXY_URL": "http://127.0.0.1:7890",
\t"LOG": true,
\t"HOST": "0.0.0.0",
\t"PORT": 3456,
\t"API_TIMEOUT_MS": 600000,
\t"Providers": [
\t\t{
\t\t\t"name": "openrouter",
\t\t\t"api_base_url": "https://openrouter.ai/api/v1/chat/completions", // the usual one
\t\t\t"api_key": "sk-canary",
\t\t\t"models": ["google/gemini-2.5-pro-preview", "anthropic/claude-sonnet-4"],
\t\t\t"transformer": { "use": ["openrouter"] }
\t\t},
\t\t{
\t\t\t"name": "deepseek",
\t\t\t"api_base_url": "https://api.deepseek.com/chat/completions",
\t\t\t"api_key": "$DEEPSEEK_API_KEY",
\t\t\t"models": ["deepseek-chat", "deepseek-reasoner"],
\t\t\t"transformer": { "use": ["deepseek"], "deepseek-chat": { "use": ["tooluse"] } }
\t\t},
\t\t{
\t\t\t"name": "ollama",
\t\t\t"api_base_url": "http://localhost:11434/v1/chat/completions",
\t\t\t"api_key": "\${OLLAMA_KEY}",
\t\t\t"models": ["qwen2.5-coder:latest"]
\t\t},
\t\t{
\t\t\t"name": "gemini",
\t\t\t"api_base_url": "https://generativelanguage.googleapis.com/v1beta/models/",
\t\t\t"api_key": "",
\t\t\t"models": ["gemini-2.5-flash"],
\t\t\t"transformer": { "use": ["gemini"] }
\t\t},
\t\t{
\t\t\t"name": "my claude",
\t\t\t"api_base_url": "https://api.anthropic.com/v1/messages",
\t\t\t"api_key": "$ANTHROPIC_KEY",
\t\t\t"models": ["claude-opus-5"],
\t\t\t"transformer": { "use": ["Anthropic"] }
\t\t}
\t],
\t/* who gets what */
\t"Router": {
\t\t"default": "deepseek,deepseek-chat",
\t\t"background": "ollama,qwen2.5-coder:latest",
\t\t"think": "my claude,claude-opus-5",
\t\t"longContext": "openrouter,google/gemini-2.5-pro-preview",
\t\t"longContextThreshold": 80000,
\t\t"webSearch": "gemini,gemini-2.5-flash",
\t\t"image": "nobody,x"
\t},
\t"CUSTOM_ROUTER_PATH": "/home/me/custom-router.js"
}`

describe("a configuration of claude-code-router", () => {
  const { text, notes } = Result.getOrThrow(importRouter(sample))

  it("becomes one of ours, with the same providers and scenarios", () => {
    const env = { DEEPSEEK_API_KEY: "d", OLLAMA_KEY: "o", OPENROUTER_KEY: "r", ANTHROPIC_KEY: "a" }
    const { value } = Result.getOrThrow(resolveConfiguration({ flags: {}, env, file: { path: "c.yaml", text } }))
    assert.deepStrictEqual(value.backends, {
      openrouter: { kind: "openai", url: "https://openrouter.ai/api/v1", key: "r" },
      deepseek: { kind: "openai", url: "https://api.deepseek.com", key: "d" },
      ollama: { kind: "openai", url: "http://localhost:11434/v1", key: "o" },
      gemini: { kind: "openai", url: "https://generativelanguage.googleapis.com/v1beta/openai" },
      "my-claude": { kind: "anthropic", url: "https://api.anthropic.com", key: "a" }
    })
    const { default: usual, background, think, longContext, webSearch, image } = value.router
    assert.deepStrictEqual(
      { usual, background, think, longContext, webSearch, image },
      {
        usual: "deepseek,deepseek-chat",
        background: "ollama,qwen2.5-coder:latest",
        think: "my-claude,claude-opus-5",
        longContext: { model: "openrouter,google/gemini-2.5-pro-preview", threshold: 80_000 },
        webSearch: "gemini,gemini-2.5-flash",
        image: undefined
      }
    )
  })

  it("leaves nothing out without a word, and repeats no key", () => {
    for (const [what, words] of [
      ["a key", /^openrouter: put its key into the variable OPENROUTER_KEY\.$/],
      ["transformers", /^deepseek: its transformers are left out/],
      ["another API", /^gemini: asked in OpenAI's form/],
      ["an unknown provider", /^Router\.image: "nobody,x" names no provider/],
      ["the port", /--port 3456/],
      ["the host", /^HOST: /],
      ["the key of clients", /^APIKEY: .*PENSIEVE_TOKEN/],
      ["a proxy", /^PROXY_URL: /],
      ["a function", /^CUSTOM_ROUTER_PATH: .*custom-router\.js.*router\.function/]
    ] as const)
      assert.isTrue(
        notes.some((note) => words.test(note)),
        what
      )
    assert.notInclude(text + notes.join(), "canary")
  })

  it.each([
    ["[1, 2", /^is no JSON: /],
    ["{}", /needs a list `Providers`/],
    ['{"Providers": [{"name": 1}]}', /needs a list `Providers`/],
    ['"text"', /needs a list `Providers`/]
  ])("is not %s", (source, words) => {
    const result = importRouter(source)
    assert.match(Result.isFailure(result) ? result.failure : "", words)
  })

  it("may hold what looks like a comment in its texts", () => {
    const source = `{"Providers": [{"name": "a", "api_base_url": "http://h/*x*/"}]} // end`
    assert.include(Result.getOrThrow(importRouter(source)).text, "http://h/*x*/")
  })
})
