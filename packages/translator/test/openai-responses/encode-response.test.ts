import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, Overloaded } from "@pensieve/errors"
import type { ResponsesResponse } from "@pensieve/models"
import { encodeResponse } from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "./arbitrary-events.ts"
import { chunked } from "../chunked.ts"
import { parseBySdk, readBySdk } from "./sdk-client.ts"
import { optionsOf, someOptions } from "./some-options.ts"
import { streamText } from "./stream-text.ts"

const options = optionsOf({})
const sizes = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 4 })

/** What the SDK adds by itself to what it received. */
const added = (response: ResponsesResponse): object => ({
  ...response,
  output: response.output.map((item) => {
    if (item.type === "function_call") return { ...item, parsed_arguments: null }
    return item.type === "message"
      ? { ...item, content: item.content.map((part) => ({ ...part, parsed: null })) }
      : item
  }),
  output_text: response.output
    .flatMap((item) => (item.type === "message" ? item.content.map((part) => part.text) : []))
    .join(""),
  output_parsed: null
})

/** Many runs, on machines that do other work too. */
const slow = { timeout: 30_000 }

describe("a whole answer", () => {
  it("is what the official SDK gathers from the stream, in any chunking", slow, async () => {
    await fc.assert(
      fc.asyncProperty(someOptions, orderlyEvents, sizes, async (settings, events, cuts) => {
        const bytes = new TextEncoder().encode(streamText(settings, events))
        const read: object = { ...(await readBySdk(chunked(bytes, cuts))) }
        const response = Result.getOrThrow(encodeResponse(settings, events))
        assert.deepStrictEqual(read, added(response))
        assert.deepStrictEqual(read, { ...(await parseBySdk(response)) })
      }),
      { numRuns: 150 }
    )
  })

  it(
    "fails exactly where the official SDK reads a response that failed, whatever order events come in",
    slow,
    async () => {
      await fc.assert(
        fc.asyncProperty(someOptions, anyEvents, sizes, async (settings, events, cuts) => {
          const bytes = new TextEncoder().encode(streamText(settings, events))
          const read = await readBySdk(chunked(bytes, cuts))
          const response = encodeResponse(settings, events)
          if (Result.isFailure(response)) {
            assert.strictEqual(read.status, "failed")
            assert.strictEqual(read.error?.message, response.failure.message)
          } else {
            assert.deepStrictEqual<object>({ ...read }, added(response.success))
          }
        }),
        { numRuns: 150 }
      )
    }
  )

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
