import { assert, describe, it } from "@effect/vitest"
import {
  AuthenticationFailed,
  BackendTimeout,
  InvalidRequest,
  Overloaded,
  type PensieveError,
  PromptTooLong,
  RateLimited
} from "@pensieve/errors"
import { encodeError } from "@pensieve/translator/openai-responses"
import OpenAI from "openai"
import { clientOf } from "./sdk-client.ts"

const asked = (error: PensieveError): Promise<unknown> => {
  const { status, body } = encodeError(error)
  const headers = { "content-type": "application/json", "x-request-id": "req_1" }
  return clientOf(() => new Response(JSON.stringify(body), { status, headers }))
    .responses.create({ model: "m", input: "hi" })
    .then(
      () => undefined,
      (thrown: unknown) => thrown
    )
}

describe("errors", () => {
  it.each([
    [new InvalidRequest({ message: "x", field: "input[0]" }), OpenAI.BadRequestError],
    [new PromptTooLong({ promptTokens: 2, window: 1 }), OpenAI.BadRequestError],
    [new AuthenticationFailed({ message: "x" }), OpenAI.AuthenticationError],
    [new RateLimited({ message: "x" }), OpenAI.RateLimitError],
    [new Overloaded({ message: "x" }), OpenAI.InternalServerError],
    [new BackendTimeout({ message: "x" }), OpenAI.InternalServerError]
  ])("are known to the official SDK by class, type, code and field: %s", async (error, kind) => {
    const seen = await asked(error)
    assert.instanceOf(seen, kind)
    if (!(seen instanceof OpenAI.APIError)) return
    const { type, code, param } = encodeError(error).body.error
    assert.deepStrictEqual([seen.type, seen.code, seen.param, seen.requestID], [type, code, param, "req_1"])
    assert.include(seen.message, error.message)
  })

  it("have the API's envelope and status", () => {
    assert.deepStrictEqual(encodeError(new InvalidRequest({ message: "no", field: "input[0].role" })), {
      status: 400,
      body: { error: { message: "no", type: "invalid_request_error", param: "input[0].role", code: null } }
    })
    assert.strictEqual(
      encodeError(new PromptTooLong({ promptTokens: 2, window: 1 })).body.error.code,
      "context_length_exceeded"
    )
  })
})
