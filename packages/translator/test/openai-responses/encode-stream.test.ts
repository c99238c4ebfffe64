import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong } from "@pensieve/errors"
import { initialSseDecode, pushSse } from "@pensieve/framing"
import type { GenerationEvent } from "@pensieve/models"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "./arbitrary-events.ts"
import { someOptions } from "./some-options.ts"
import { grammarProblem } from "./stream-grammar.ts"
import { streamText } from "./stream-text.ts"
import { call, deltas, end, finished, items, shown, started, types, wireEvents } from "./wire-events.ts"

/** Many runs, on machines that do other work too. */
const slow = { timeout: 30_000 }

describe("the grammar", () => {
  it("holds for events in any order", slow, () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        assert.isUndefined(grammarProblem(streamText(settings, events), true))
      }),
      { numRuns: 1000 }
    )
  })

  it("holds after every event, not only at the end", slow, () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        for (let count = 0; count <= events.length; count++) {
          assert.isUndefined(grammarProblem(streamText(settings, events.slice(0, count), false), false))
        }
      })
    )
  })

  it("never fails a well-behaved answer", () => {
    fc.assert(
      fc.property(someOptions, orderlyEvents, (settings, events) => {
        assert.include(["completed", "incomplete"], end(wireEvents(events, settings))?.status)
      }),
      { numRuns: 300 }
    )
  })

  it("gives calls ids of their own, also among those the conversation had", () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        const ids = items(wireEvents(events, settings)).flatMap((item) => ("call_id" in item ? [item.call_id] : []))
        const all = [...(settings.toolIds ?? []), ...ids]
        assert.strictEqual(new Set(all).size, all.length)
      })
    )
  })

  it("sends all text, and all thinking where a summary is asked for", () => {
    fc.assert(
      fc.property(someOptions, orderlyEvents, (settings, events) => {
        const sent = wireEvents(events, settings)
        const said = (type: "text-delta" | "reasoning-delta") =>
          events.map((event) => (event.type === type ? event.text : "")).join("")
        assert.strictEqual(deltas(sent, "output_text"), said("text-delta"))
        assert.strictEqual(deltas(sent, "reasoning"), settings.display === "omitted" ? "" : said("reasoning-delta"))
      })
    )
  })
})

describe("the start", () => {
  it("is created and in_progress, once, without counts", () => {
    const events = wireEvents([...started, ...started, finished])
    assert.strictEqual(types(events), "created in_progress completed")
    const [created] = events
    assert.deepInclude(created !== undefined && "response" in created ? created.response : {}, {
      id: "resp_1",
      created_at: 1_700_000_000,
      model: "local",
      status: "in_progress",
      output: [],
      usage: null
    })
  })

  it("comes with the first content if the backend never says that it started", () => {
    const events = wireEvents([{ type: "text-delta", text: "a" }])
    assert.isTrue(
      types(events).startsWith("created in_progress output_item.added content_part.added output_text.delta")
    )
  })
})

describe("the end", () => {
  it("says what was cut off, and where", () => {
    const ends = (["max-tokens", "context-window", "refusal"] as const).map((reason) => {
      const events = wireEvents([
        { type: "text-delta", text: "half" },
        { type: "finished", reason }
      ])
      const [item] = items(events)
      return [events.at(-1)?.type, item?.type === "message" && item.status, end(events)?.incomplete_details?.reason]
    })
    assert.deepStrictEqual(ends, [
      ["response.incomplete", "incomplete", "max_output_tokens"],
      ["response.incomplete", "incomplete", "max_output_tokens"],
      ["response.incomplete", "incomplete", "content_filter"]
    ])
  })

  it("reports the last usage, the whole prompt as input", () => {
    const usage = { inputTokens: 1, cacheReadTokens: 2, cacheCreationTokens: 3, outputTokens: 4, reasoningTokens: 5 }
    assert.deepStrictEqual(end(wireEvents([...started, { type: "usage", usage }, finished]))?.usage, {
      input_tokens: 6,
      input_tokens_details: { cached_tokens: 2, cache_write_tokens: 3 },
      output_tokens: 4,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 10
    })
  })

  it("knows the prompt's tokens where no usage came, and never more cached ones than it has", () => {
    const told = (cachedTokens: number) =>
      end(wireEvents([{ type: "accepted", promptTokens: 100 }, { type: "started", cachedTokens }, finished]))?.usage
    assert.deepInclude(told(90), {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 90, cache_write_tokens: 0 }
    })
    assert.deepInclude(told(900), {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 100, cache_write_tokens: 0 }
    })
  })

  it("is response.failed, with a code clients know, when the backend failed", () => {
    const failed = (error: BackendFailed | PromptTooLong) => end(wireEvents([{ type: "failed", error }]))
    assert.deepInclude(failed(new PromptTooLong({ promptTokens: 40000, window: 32768 })), {
      status: "failed",
      error: { code: "context_length_exceeded", message: "prompt is too long: 40000 tokens > 32768 maximum" }
    })
    assert.deepInclude(failed(new BackendFailed({ message: "it died" })), {
      error: { code: "server_error", message: "it died" }
    })
  })

  it("is response.failed, never a silent end, when the events run out", () => {
    const events = wireEvents([...started, { type: "text-delta", text: "half" }])
    assert.strictEqual(end(events)?.status, "failed")
    assert.deepStrictEqual(end(events)?.output, [])
  })

  const begun: GenerationEvent = { type: "tool-call-start", id: "call_1", name: "Plain" }
  const written = (json: string): GenerationEvent => ({ type: "tool-call-delta", json })

  it.each([
    ["in the middle of its input", [begun, written('{"command":"rm -rf build/tm'), finished]],
    ["before its input", [begun, finished]],
    ["by other content", [begun, written('{"command":"ls"}'), { type: "text-delta", text: "a" }]],
    ["by the limit", [begun, written('{"command":"ls"}'), { type: "finished", reason: "max-tokens" }]],
    ["and ended all the same", [begun, written('{"command":"rm'), { type: "tool-call-end" }]],
    ["with an input that is no object", [begun, written("1"), { type: "tool-call-end" }]]
  ] satisfies ReadonlyArray<readonly [string, ReadonlyArray<GenerationEvent>]>)(
    "is response.failed when a call was cut off %s, so that nobody runs it",
    (_, cut) => {
      const events = wireEvents([...started, ...cut, finished])
      assert.strictEqual(end(events)?.status, "failed")
      assert.deepStrictEqual(items(events), [])
    }
  )

  it("lets nothing follow", () => {
    const failed: GenerationEvent = { type: "failed", error: new BackendFailed({ message: "x" }) }
    for (const last of [finished, failed]) {
      assert.strictEqual(
        streamText(shown, [last, call, failed, finished, { type: "heartbeat" }]),
        streamText(shown, [last])
      )
    }
  })
})

describe("frames", () => {
  it("are whole server-sent events, named by their type and numbered", () => {
    const text = streamText(shown, [...started, { type: "text-delta", text: "a\u2028\nb" }, finished])
    const [, events] = pushSse(initialSseDecode, text)
    assert.isTrue(text.startsWith('event: response.created\ndata: {"type":"response.created","response":{'))
    assert.isTrue(
      events.every(({ event, data }, at) => JSON.parse(data).type === event && JSON.parse(data).sequence_number === at)
    )
    assert.notMatch(text, /\u2028/)
  })
})

describe("a heartbeat", () => {
  it("begins the response, then is the one event besides it that the official SDK knows", () => {
    const beat: GenerationEvent = { type: "heartbeat" }
    const events = wireEvents([beat, beat, ...started, { type: "text-delta", text: "a" }, beat, finished])
    assert.strictEqual(
      types(events),
      "created in_progress keepalive output_item.added content_part.added output_text.delta keepalive " +
        "output_text.done content_part.done output_item.done completed"
    )
    assert.deepInclude(end(events)?.usage, {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 90, cache_write_tokens: 0 }
    })
  })
})
