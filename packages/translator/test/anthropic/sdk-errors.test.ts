import Anthropic from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import {
  BackendTimeout,
  InvalidRequest,
  Overloaded,
  PaymentRequired,
  type PensieveError,
  PromptTooLong,
  RateLimited
} from "@pensieve/errors"
import { encodeError } from "@pensieve/translator/anthropic"
import { chunked } from "../chunked.ts"
import { readBySdk } from "./sdk-client.ts"
import { streamText } from "./stream-text.ts"

const thrown = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error
  )

const asked = (error: PensieveError): Promise<unknown> => {
  const { status, body } = encodeError(error, "req_1")
  const headers = { "content-type": "application/json", "request-id": body.request_id }
  const client = new Anthropic({
    apiKey: "unused",
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(JSON.stringify(body), { status, headers }))
  })
  return thrown(client.messages.create({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "hi" }] }))
}

describe("the official SDK", () => {
  it.each([
    [new InvalidRequest({ message: "x" }), Anthropic.BadRequestError],
    [new PromptTooLong({ promptTokens: 2, window: 1 }), Anthropic.BadRequestError],
    [new PaymentRequired({ message: "x" }), Anthropic.PaymentRequiredError],
    [new RateLimited({ message: "x" }), Anthropic.RateLimitError],
    [new Overloaded({ message: "x" }), Anthropic.InternalServerError],
    [new BackendTimeout({ message: "x" }), Anthropic.InternalServerError]
  ])("knows an error by its class, type and request id: %s", async (error, kind) => {
    const seen = await asked(error)
    assert.instanceOf(seen, kind)
    if (!(seen instanceof Anthropic.APIError)) return
    assert.strictEqual(seen.type, encodeError(error, "req_1").body.error.type)
    assert.strictEqual(seen.requestID, "req_1")
    assert.include(seen.message, error.message)
  })

  it("throws the error of a stream that broke off", async () => {
    const text = streamText({ id: "msg_1", model: "m" }, [
      { type: "text-delta", text: "half" },
      { type: "failed", error: new Overloaded({ message: "no memory" }) }
    ])
    const seen = await thrown(readBySdk(chunked(new TextEncoder().encode(text), [50])))
    assert.instanceOf(seen, Anthropic.APIError)
    assert.include(seen instanceof Error ? seen.message : "", "no memory")
  })
})
