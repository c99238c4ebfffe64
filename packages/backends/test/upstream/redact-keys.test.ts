import { assert, describe, it } from "@effect/vitest"
import { redactKeys } from "../../src/upstream/redact-keys.ts"

describe("redactKeys", () => {
  it.each([
    ["bad key my-secret here", "bad key [key] here"],
    ["my-secret my-secret", "[key] [key]"],
    ["Incorrect API key provided: sk-proj-ab12cd34ef56. Find it", "Incorrect API key provided: [key] Find it"],
    ["key sk-ab****************wxyz", "key [key]"],
    ["sent Bearer abcdef.ghijkl-123", "sent [key]"],
    ["gsk_abcdefghijkl and hf_abcdefghij", "[key] and [key]"],
    ["ask-me about the task-list and risk-free", "ask-me about the task-list and risk-free"]
  ])("%s", (text, clean) => {
    assert.strictEqual(redactKeys(text, ["my-secret", ""]), clean)
  })
})
