import { assert, describe, it } from "@effect/vitest"
import {
  errorField,
  errorRow,
  errorTable,
  InvalidRequest,
  NotFound,
  Overloaded,
  PromptTooLong,
  retryAfterSeconds
} from "@pensieve/errors"

describe("the error table", () => {
  it("gives the overflow wording that makes Claude Code compact", () => {
    const error = new PromptTooLong({ promptTokens: 40000, window: 32768 })
    assert.strictEqual(error.message, "prompt is too long: 40000 tokens > 32768 maximum")
    assert.strictEqual(errorRow(error).status, 400)
    assert.strictEqual(errorRow(error).anthropicType, "invalid_request_error")
  })

  it("gives every status only to the Anthropic type the SDK expects there", () => {
    const expected: Record<number, ReadonlyArray<string>> = {
      400: ["invalid_request_error"],
      401: ["authentication_error"],
      402: ["billing_error"],
      403: ["permission_error"],
      404: ["not_found_error"],
      405: ["invalid_request_error"],
      413: ["request_too_large"],
      429: ["rate_limit_error"],
      500: ["api_error"],
      502: ["api_error"],
      503: ["api_error"],
      504: ["timeout_error"],
      529: ["overloaded_error"]
    }
    for (const row of Object.values(errorTable)) assert.include(expected[row.status] ?? [], row.anthropicType)
  })

  it("marks as retryable only what can succeed when sent again unchanged", () => {
    const early = Object.values(errorTable).filter((row) => row.status < 429)
    assert.isTrue(early.every((row) => !row.retryable))
  })

  it("never asks a client to wait longer than it is willing to", () => {
    assert.strictEqual(retryAfterSeconds(new Overloaded({ message: "full", retryAfterSeconds: 300 })), 60)
    assert.strictEqual(retryAfterSeconds(new Overloaded({ message: "full", retryAfterSeconds: 0.2 })), 1)
    assert.isUndefined(retryAfterSeconds(new NotFound({ message: "no such path" })))
  })

  it("names the field an error is about", () => {
    assert.strictEqual(errorField(new InvalidRequest({ message: "x", field: "messages.0.role" })), "messages.0.role")
    assert.isUndefined(errorField(new NotFound({ message: "x" })))
  })
})
