import { Result } from "effect"
import { assert, describe, it } from "vitest"
import { readRequest } from "../../src/explain/recorded-request.ts"

const pathOf = (body: unknown) => Result.getOrThrow(readRequest(JSON.stringify(body))).path

describe("a request in a file", () => {
  it("may be a bare body, of any API", () => {
    const messages = [{ role: "user", content: "Hi" }]
    assert.strictEqual(pathOf({ max_tokens: 1, messages }), "/v1/messages")
    assert.strictEqual(pathOf({ messages }), "/v1/chat/completions")
    assert.strictEqual(pathOf({ max_completion_tokens: 1, max_tokens: 1, messages }), "/v1/chat/completions")
    assert.strictEqual(pathOf({ input: "Hi" }), "/v1/responses")
  })

  it("may tell its path, headers and route besides", () => {
    const text = JSON.stringify({ path: "/v1/messages?beta=true", headers: { "X-Team": "docs" }, body: {}, route: "a" })
    assert.deepStrictEqual(Result.getOrThrow(readRequest(text)), {
      path: "/v1/messages",
      headers: { "x-team": "docs" },
      body: {},
      route: "a"
    })
  })
})
