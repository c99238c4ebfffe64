import { assert, describe, it } from "@effect/vitest"
import {
  AuthenticationFailed,
  InvalidRequest,
  NotFound,
  Overloaded,
  type PensieveError,
  PromptTooLong,
  RateLimited
} from "@pensieve/errors"
import { encodeError } from "@pensieve/translator/openai-chat"
import OpenAI from "openai"
import { chunked } from "../chunked.ts"
import { clientOf, readBySdk } from "./sdk-client.ts"
import { streamText } from "./stream-text.ts"

const thrown = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error
  )

const asked = (error: PensieveError): Promise<unknown> => {
  const { status, body } = encodeError(error)
  const headers = { "content-type": "application/json", "x-request-id": "req_1" }
  return thrown(
    clientOf(() => new Response(JSON.stringify(body), { status, headers })).chat.completions.create({
      model: "m",
      messages: [{ role: "user", content: "hi" }]
    })
  )
}

describe("the official SDK", () => {
  it.each([
    [new InvalidRequest({ message: "x", field: "n" }), OpenAI.BadRequestError],
    [new PromptTooLong({ promptTokens: 2, window: 1 }), OpenAI.BadRequestError],
    [new AuthenticationFailed({ message: "x" }), OpenAI.AuthenticationError],
    [new NotFound({ message: "x" }), OpenAI.NotFoundError],
    [new RateLimited({ message: "x" }), OpenAI.RateLimitError],
    [new Overloaded({ message: "x" }), OpenAI.InternalServerError]
  ])("knows an error by its class, type, code, field and request id: %s", async (error, kind) => {
    const seen = await asked(error)
    assert.instanceOf(seen, kind)
    if (!(seen instanceof OpenAI.APIError)) return
    const { type, code, param } = encodeError(error).body.error
    assert.deepStrictEqual([seen.type, seen.code, seen.param], [type, code, param])
    assert.strictEqual(seen.requestID, "req_1")
    assert.include(seen.message, error.message)
  })

  it("throws the error of a stream that broke off", async () => {
    const text = streamText({ id: "c", model: "m", created: 7 }, [
      { type: "text-delta", text: "half" },
      { type: "failed", error: new Overloaded({ message: "no memory" }) }
    ])
    const seen = await thrown(readBySdk(chunked(new TextEncoder().encode(text), [50])))
    assert.instanceOf(seen, OpenAI.APIError)
    assert.include(seen instanceof Error ? seen.message : "", "no memory")
  })
})
