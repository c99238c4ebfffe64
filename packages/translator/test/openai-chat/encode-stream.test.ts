import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, InvalidRequest } from "@pensieve/errors"
import { type GenerationEvent, isJsonObject, type JsonObject } from "@pensieve/models"
import type { StreamOptions } from "@pensieve/translator/openai-chat"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "../arbitrary-events.ts"
import { someOptions } from "./some-options.ts"
import { grammarProblem } from "./stream-grammar.ts"
import { streamText } from "./stream-text.ts"

const options: StreamOptions = { id: "chatcmpl-1", model: "local", created: 7 }

const finished: GenerationEvent = { type: "finished", reason: "end-turn" }
const call: GenerationEvent = { type: "tool-call", id: "call_1", name: "ls", input: { path: "/" } }

/** The data of a stream, parsed; `[DONE]` as it is. */
const sent = (events: ReadonlyArray<GenerationEvent>, settings: StreamOptions = options): ReadonlyArray<unknown> =>
  streamText(settings, events)
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => event.slice("data: ".length))
    .map((data): unknown => (data === "[DONE]" ? data : JSON.parse(data)))

const choices = (
  events: ReadonlyArray<GenerationEvent>,
  settings: StreamOptions = options
): ReadonlyArray<JsonObject> =>
  sent(events, settings).flatMap((chunk) =>
    isJsonObject(chunk) && Array.isArray(chunk.choices) ? chunk.choices.filter(isJsonObject) : []
  )

const deltas = (events: ReadonlyArray<GenerationEvent>, settings: StreamOptions = options) =>
  choices(events, settings).map((choice) => choice.delta)

const lastReason = (events: ReadonlyArray<GenerationEvent>) => choices(events).at(-1)?.finish_reason

describe("the grammar", () => {
  it("holds for events in any order", () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        assert.isUndefined(grammarProblem(streamText(settings, events), settings.includeUsage, true))
      }),
      { numRuns: 2000 }
    )
  })

  it("holds after every event, not only at the end", () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        for (let count = 0; count <= events.length; count++) {
          const text = streamText(settings, events.slice(0, count), false)
          assert.isUndefined(grammarProblem(text, settings.includeUsage, false))
        }
      })
    )
  })

  it("ends a well-behaved answer with [DONE], never with an error", () => {
    fc.assert(
      fc.property(someOptions, orderlyEvents, (settings, events) => {
        assert.strictEqual(sent(events, settings).at(-1), "[DONE]")
      }),
      { numRuns: 500 }
    )
  })

  it("sends all text, and all thinking unless it is hidden", () => {
    const said = (events: ReadonlyArray<GenerationEvent>, type: "text-delta" | "reasoning-delta") =>
      events.map((event) => (event.type === type ? event.text : "")).join("")
    fc.assert(
      fc.property(someOptions, orderlyEvents, (settings, events) => {
        const all = deltas(events, settings).filter(isJsonObject)
        assert.strictEqual(all.map((delta) => delta.content ?? "").join(""), said(events, "text-delta"))
        assert.strictEqual(
          all.map((delta) => delta.reasoning_content ?? "").join(""),
          settings.display === "omitted" ? "" : said(events, "reasoning-delta")
        )
      })
    )
  })
})

describe("a stream", () => {
  it("of text is what the contract shows", () => {
    const chunk = (delta: JsonObject, finish_reason: string | null = null) => ({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 7,
      model: "local",
      choices: [{ index: 0, delta, logprobs: null, finish_reason }]
    })
    assert.deepStrictEqual(sent([{ type: "text-delta", text: "Hi" }, finished]), [
      chunk({ role: "assistant", content: "" }),
      chunk({ content: "Hi" }),
      chunk({}, "stop"),
      "[DONE]"
    ])
  })

  it("of a call names it first and then writes its arguments", () => {
    assert.deepStrictEqual(deltas([call, finished]).slice(1, 3), [
      { tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "ls", arguments: "" } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"path":"/"}' } }] }
    ])
  })

  it("of a call that streams passes its fragments on, and writes {} where there were none", () => {
    const start: GenerationEvent = { type: "tool-call-start", id: "call_1", name: "ls" }
    const written = (...json: ReadonlyArray<string>) =>
      deltas([
        start,
        ...json.map((text) => ({ type: "tool-call-delta", json: text }) as const),
        { type: "tool-call-end" },
        finished
      ])
        .slice(2, -1)
        .map((delta) => JSON.stringify(delta))
    assert.deepStrictEqual(written('{"a', '":1}').length, 2)
    assert.include(written()[0], "{}")
  })

  it("tells the tokens in a chunk of its own, only when asked", () => {
    const events: ReadonlyArray<GenerationEvent> = [
      { type: "accepted", promptTokens: 10 },
      { type: "started", cachedTokens: 4 },
      {
        type: "usage",
        usage: { inputTokens: 6, cacheReadTokens: 4, cacheCreationTokens: 0, outputTokens: 3, reasoningTokens: 1 }
      },
      finished
    ]
    const asked = sent(events, { ...options, includeUsage: true })
    assert.deepInclude(asked.at(-2), {
      choices: [],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 3,
        total_tokens: 13,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 1 }
      }
    })
    assert.isTrue(asked.slice(0, -2).every((chunk) => isJsonObject(chunk) && chunk.usage === null))
    assert.isTrue(sent(events).every((chunk) => !isJsonObject(chunk) || !("usage" in chunk)))
  })

  it("stays alive by comments", () => {
    assert.strictEqual(streamText(options, [{ type: "heartbeat" }], false), ": \n\n")
  })

  it.each([
    ["end-turn", "stop"],
    ["stop-sequence", "stop"],
    ["max-tokens", "length"],
    ["context-window", "length"],
    ["refusal", "content_filter"],
    ["tool-use", "stop"]
  ] as const)("that ended by %s says %s", (reason, wire) => {
    assert.strictEqual(
      lastReason([
        { type: "text-delta", text: "a" },
        { type: "finished", reason }
      ]),
      wire
    )
    assert.strictEqual(lastReason([call, { type: "finished", reason }]), "tool_calls")
  })

  it("that broke off ends with an error and no [DONE]", () => {
    const error = new InvalidRequest({ message: "no", field: "messages.0.content" })
    const all = sent([
      { type: "text-delta", text: "half" },
      { type: "failed", error }
    ])
    assert.deepStrictEqual(all.at(-1), {
      error: { message: "no", type: "invalid_request_error", param: "messages[0].content", code: null }
    })
    assert.notInclude(all, "[DONE]")
    assert.deepInclude(sent([{ type: "text-delta", text: "half" }]).at(-1), {
      error: {
        message: new BackendFailed({ message: "The backend stopped before the answer was complete." }).message,
        type: "server_error",
        param: null,
        code: "backend_failed"
      }
    })
  })

  it("never ends a call that was cut off", () => {
    const cut = sent([
      { type: "tool-call-start", id: "c", name: "rm" },
      { type: "tool-call-delta", json: '{"path":"/t' },
      finished
    ])
    assert.notInclude(cut, "[DONE]")
    assert.isTrue(isJsonObject(cut.at(-1)))
    assert.include(JSON.stringify(cut.at(-1)), "broke off")
  })
})
