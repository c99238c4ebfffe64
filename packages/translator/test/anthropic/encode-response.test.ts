import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, Overloaded } from "@pensieve/errors"
import { encodeResponse } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "../arbitrary-events.ts"
import { someOptions } from "./some-options.ts"
import { chunked } from "../chunked.ts"
import { readBySdk } from "./sdk-client.ts"
import { streamText } from "./stream-text.ts"

const options = { id: "msg_1", model: "claude-local" }
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 })

describe("a whole answer", () => {
  it("is what the official SDK gathers from the stream, in any chunking", async () => {
    await fc.assert(
      fc.asyncProperty(someOptions, orderlyEvents, sizes, async (settings, events, cuts) => {
        const bytes = new TextEncoder().encode(streamText(settings, events))
        const message: object = { ...(await readBySdk(chunked(bytes, cuts))), parsed_output: undefined }
        const response = Result.getOrThrow(encodeResponse(settings, events))
        assert.deepStrictEqual(message, { ...response, parsed_output: undefined })
      }),
      { numRuns: 150 }
    )
  })

  it("fails exactly where the official SDK throws, whatever order events come in", async () => {
    await fc.assert(
      fc.asyncProperty(someOptions, anyEvents, sizes, async (settings, events, cuts) => {
        const bytes = new TextEncoder().encode(streamText(settings, events))
        const message = await readBySdk(chunked(bytes, cuts)).then(
          (read): object => ({ ...read, parsed_output: undefined }),
          () => undefined
        )
        const response = Result.map(encodeResponse(settings, events), (read): object => ({
          ...read,
          parsed_output: undefined
        }))
        assert.deepStrictEqual(
          message,
          Result.getOrElse(response, () => undefined)
        )
      }),
      { numRuns: 150 }
    )
  })

  it("gives the backend's own error when it failed", () => {
    const error = new Overloaded({ message: "no memory", retryAfterSeconds: 3 })
    const response = encodeResponse(options, [
      { type: "text-delta", text: "half" },
      { type: "failed", error }
    ])
    assert.deepStrictEqual(response, Result.fail(error))
  })

  it("is a failure when the events run out", () => {
    const response = encodeResponse(options, [{ type: "text-delta", text: "half" }])
    assert.isTrue(Result.isFailure(response) && response.failure instanceof BackendFailed)
  })
})
