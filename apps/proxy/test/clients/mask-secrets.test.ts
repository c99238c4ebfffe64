import { assert, describe, it } from "vitest"
import { maskSecrets } from "../../src/clients/mask-secrets.ts"

describe("what is shown of settings", () => {
  it("has neither the token nor what keys call secret", () => {
    const text = maskSecrets('{"ANTHROPIC_AUTH_TOKEN": "abc", "url": "http://x/?t=abc", "OTHER_KEY": "d\\"e"}', "abc")
    assert.strictEqual(
      text,
      '{"ANTHROPIC_AUTH_TOKEN": "********", "url": "http://x/?t=********", "OTHER_KEY": "********"}'
    )
  })

  it("keeps numbers: a count of tokens is none", () => {
    const text = '"CLAUDE_CODE_MAX_CONTEXT_TOKENS": "262144"'
    assert.strictEqual(maskSecrets(text, "abc"), text)
  })
})
