import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, Overloaded } from "@pensieve/errors"
import { isJsonObject, type OpenaiChatCompletion } from "@pensieve/models"
import { encodeResponse, type StreamOptions } from "@pensieve/translator/openai-chat"
import { Result } from "effect"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "../arbitrary-events.ts"
import { chunked } from "../chunked.ts"
import { readBySdk } from "./sdk-client.ts"
import { someOptions } from "./some-options.ts"
import { streamText } from "./stream-text.ts"

const options: StreamOptions = { id: "chatcmpl-1", model: "local", created: 7 }
/** Milliseconds: a hundred streams through the SDK take longer than most tests on a busy machine. */
const patience = 60_000

const sizes = fc.array(fc.integer({ min: 20, max: 2000 }), { minLength: 1, maxLength: 4 })

/** Fields the SDK adds for its own comfort. */
const comfort = new Set(["parsed", "parsed_arguments", "reasoning_content"])

/** A completion without them. The SDK replaces unknown fields like `reasoning_content` by each delta's, so that one is left out too. */
const plain = (value: unknown): unknown => {
  const known: unknown = JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    comfort.has(key) ? undefined : inner
  )
  return isJsonObject(known) ? { ...known, object: "chat.completion" } : known
}

const bytesOf = (settings: StreamOptions, events: Parameters<typeof streamText>[1]) =>
  new TextEncoder().encode(streamText({ ...settings, includeUsage: true }, events))

describe("a whole answer", () => {
  it(
    "is what the official SDK gathers from the stream, in any chunking",
    async () => {
      await fc.assert(
        fc.asyncProperty(someOptions, orderlyEvents, sizes, async (settings, events, cuts) => {
          const read = await readBySdk(chunked(bytesOf(settings, events), cuts))
          assert.deepStrictEqual(plain(read), plain(Result.getOrThrow(encodeResponse(settings, events))))
        }),
        { numRuns: 100 }
      )
    },
    patience
  )

  it(
    "fails exactly where the official SDK throws, whatever order events come in",
    async () => {
      await fc.assert(
        fc.asyncProperty(someOptions, anyEvents, sizes, async (settings, events, cuts) => {
          const read = await readBySdk(chunked(bytesOf(settings, events), cuts)).then(plain, () => undefined)
          const response = Result.map(encodeResponse(settings, events), plain)
          assert.deepStrictEqual(
            read,
            Result.getOrElse(response, () => undefined)
          )
        }),
        { numRuns: 100 }
      )
    },
    patience
  )

  it("holds thinking, words and calls", () => {
    const response = encodeResponse(options, [
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-delta", text: "m" },
      { type: "reasoning-end" },
      { type: "text-delta", text: "Hi" },
      { type: "tool-call", id: "call_1", name: "ls", input: { a: 1 } },
      { type: "finished", reason: "tool-use" }
    ])
    const completion: OpenaiChatCompletion = Result.getOrThrow(response)
    assert.deepStrictEqual(completion.choices, [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "Hi",
          refusal: null,
          reasoning_content: "hmm",
          tool_calls: [{ id: "call_1", type: "function", function: { name: "ls", arguments: '{"a":1}' } }]
        },
        logprobs: null,
        finish_reason: "tool_calls"
      }
    ])
  })

  it("gives the backend's own error when it failed", () => {
    const error = new Overloaded({ message: "no memory", retryAfterSeconds: 3 })
    assert.deepStrictEqual(encodeResponse(options, [{ type: "failed", error }]), Result.fail(error))
  })

  it("is a failure when the events run out", () => {
    const response = encodeResponse(options, [{ type: "text-delta", text: "half" }])
    assert.isTrue(Result.isFailure(response) && response.failure instanceof BackendFailed)
  })
})
