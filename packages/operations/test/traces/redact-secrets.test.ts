import { redactSecrets } from "@pensieve/operations"
import { assert, describe, it } from "vitest"

describe("a text for the disk", () => {
  it("loses what is known to be secret, wherever it stands", () => {
    assert.strictEqual(redactSecrets('{"a":"x-secret-token-y"}', ["secret-token"]), '{"a":"x-[redacted]-y"}')
  })

  it("loses what looks like a key", () => {
    const keys = [
      "sk-ant-api03-AAAAAAAAAAAAAAAAAAAA",
      "sk-proj-0123456789abcdef",
      "ghp_0123456789abcdefghij0123",
      "hf_0123456789abcdefghijABCD",
      "xoxb-123456789-abcdef",
      "AKIAIOSFODNN7EXAMPLE",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk"
    ]
    for (const key of keys) assert.strictEqual(redactSecrets(`my ${key}.`, []), "my [redacted].")
    assert.strictEqual(
      redactSecrets("authorization: Bearer abcdefghijklmnop1234", []),
      "authorization: Bearer [redacted]"
    )
  })

  it("keeps words that are none, and does not take a short secret for one", () => {
    const text = "The task-runner asks for a risk-assessment; sk-ip it. Bearer of news."
    assert.strictEqual(redactSecrets(text, ["a", "", "task"]), text)
  })
})
