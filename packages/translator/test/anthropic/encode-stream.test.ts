import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong } from "@pensieve/errors"
import { initialSseDecode, pushSse } from "@pensieve/framing"
import type { AnthropicStreamEvent, GenerationEvent } from "@pensieve/models"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "../arbitrary-events.ts"
import { someOptions } from "./some-options.ts"
import { grammarProblem } from "./stream-grammar.ts"
import { streamText } from "./stream-text.ts"
import { deltas, ending, options, types, wireEvents } from "./wire-events.ts"

const started: ReadonlyArray<GenerationEvent> = [
  { type: "accepted", promptTokens: 100 },
  { type: "started", cachedTokens: 90 }
]
const finished: GenerationEvent = { type: "finished", reason: "end-turn" }
const call: GenerationEvent = { type: "tool-call", id: "toolu_1", name: "Bash", input: { command: "ls" } }

const stop = (events: ReadonlyArray<AnthropicStreamEvent>) =>
  events.flatMap((event) => (event.type === "message_delta" ? [event.delta.stop_reason] : []))
const last = (events: ReadonlyArray<AnthropicStreamEvent>) => events.at(-1)

describe("the grammar", () => {
  it("holds for events in any order", () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        assert.isUndefined(grammarProblem(streamText(settings, events), true))
      }),
      { numRuns: 2000 }
    )
  })

  it("holds after every event, not only at the end", () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        for (let count = 0; count <= events.length; count++) {
          assert.isUndefined(grammarProblem(streamText(settings, events.slice(0, count), false), false))
        }
      })
    )
  })

  it("ends a well-behaved answer with message_stop, never with an error", () => {
    fc.assert(
      fc.property(someOptions, orderlyEvents, (settings, events) => {
        assert.deepStrictEqual(last(wireEvents(events, settings)), { type: "message_stop" })
      }),
      { numRuns: 500 }
    )
  })

  it("gives tool calls ids of their own, also among those the conversation had", () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        const ids = wireEvents(events, settings).flatMap((event) =>
          event.type === "content_block_start" && event.content_block.type === "tool_use"
            ? [event.content_block.id]
            : []
        )
        const all = [...settings.toolIds, ...ids]
        assert.strictEqual(new Set(all).size, all.length)
      })
    )
  })

  it("sends all text, and all thinking unless it is hidden", () => {
    fc.assert(
      fc.property(someOptions, orderlyEvents, (settings, events) => {
        const sent = deltas(wireEvents(events, settings))
        const said = (type: "text-delta" | "reasoning-delta") =>
          events.map((event) => (event.type === type ? event.text : "")).join("")
        assert.strictEqual(
          sent.map((delta) => (delta.type === "text_delta" ? delta.text : "")).join(""),
          said("text-delta")
        )
        assert.strictEqual(
          sent.map((delta) => (delta.type === "thinking_delta" ? delta.thinking : "")).join(""),
          settings.display === "omitted" ? "" : said("reasoning-delta")
        )
      })
    )
  })
})

describe("the start", () => {
  it("lets pings out before message_start, which waits for the cache numbers", () => {
    const events = wireEvents([
      { type: "accepted", promptTokens: 100 },
      { type: "heartbeat" },
      ...started.slice(1),
      finished
    ])
    assert.strictEqual(types(events), "ping message_start message_delta message_stop")
    const start = events[1]
    assert.deepInclude(start?.type === "message_start" ? start.message.usage : {}, {
      input_tokens: 10,
      cache_read_input_tokens: 90,
      cache_creation_input_tokens: 0
    })
  })

  it("tells what is read from the cache, what goes into it, and the rest", () => {
    const [start] = wireEvents([
      { type: "accepted", promptTokens: 100 },
      { type: "started", cachedTokens: 60, cacheCreationTokens: 37 }
    ])
    assert.deepInclude(start?.type === "message_start" ? start.message.usage : {}, {
      input_tokens: 3,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 37
    })
  })

  it("comes with the first content if the backend never says that it started", () => {
    const events = wireEvents([{ type: "text-delta", text: "a" }])
    assert.strictEqual(types(events.slice(0, 3)), "message_start content_block_start content_block_delta")
  })

  it("never counts more cached tokens than the prompt has", () => {
    const [start] = wireEvents([
      { type: "accepted", promptTokens: 5 },
      { type: "started", cachedTokens: 9 }
    ])
    assert.deepInclude(start?.type === "message_start" ? start.message.usage : {}, {
      input_tokens: 0,
      cache_read_input_tokens: 5
    })
  })

  it("echoes the model the client named", () => {
    const [start] = wireEvents(started)
    assert.strictEqual(start?.type === "message_start" ? start.message.model : "", "claude-local")
  })
})

describe("blocks", () => {
  it("closes one block and opens the next when the kind changes", () => {
    const events = wireEvents([
      ...started,
      { type: "reasoning-delta", text: "hm" },
      { type: "text-delta", text: "a" },
      { type: "text-delta", text: "b" },
      { type: "reasoning-delta", text: "hm" },
      finished
    ])
    const starts = events.flatMap((event) =>
      event.type === "content_block_start" ? [`${event.index} ${event.content_block.type}`] : []
    )
    assert.deepStrictEqual(starts, ["0 thinking", "1 text", "2 thinking"])
  })

  it("opens none for empty text", () => {
    const events = wireEvents([
      ...started,
      { type: "text-delta", text: "" },
      { type: "reasoning-delta", text: "" },
      finished
    ])
    assert.strictEqual(types(events), "message_start message_delta message_stop")
  })

  it("signs thinking with the backend's signature, or with one of our own", () => {
    const signed = deltas(
      wireEvents([
        { type: "reasoning-delta", text: "hm" },
        { type: "reasoning-end", signature: "s" }
      ])
    )
    assert.deepStrictEqual(signed.at(-1), { type: "signature_delta", signature: "s" })
    const unsigned = deltas(wireEvents([{ type: "reasoning-delta", text: "hm" }, { type: "reasoning-end" }]))
    assert.match(JSON.stringify(unsigned.at(-1)), /"signature":"pensieve1\.[\w+/=]+"/)
  })

  it("keeps a signature that came without text", () => {
    const events = wireEvents([{ type: "reasoning-end", signature: "s" }])
    assert.deepStrictEqual(deltas(events), [{ type: "signature_delta", signature: "s" }])
  })

  it("hides the text of omitted thinking and tells its tokens only when asked", () => {
    const thought: ReadonlyArray<GenerationEvent> = [
      { type: "reasoning-delta", text: "123456" },
      { type: "reasoning-delta", text: "78" },
      { type: "reasoning-end", signature: "s" }
    ]
    const signature = { type: "signature_delta", signature: "s" } as const
    assert.deepStrictEqual(deltas(wireEvents(thought, { ...options, display: "omitted" })), [signature])
    assert.deepStrictEqual(deltas(wireEvents(thought, { ...options, display: "omitted", estimatedTokens: true })), [
      { type: "thinking_delta", thinking: "", estimated_tokens: 1 },
      { type: "thinking_delta", thinking: "", estimated_tokens: 1 },
      signature
    ])
    assert.deepStrictEqual(deltas(wireEvents(thought, { ...options, estimatedTokens: true })).slice(0, 1), [
      { type: "thinking_delta", thinking: "123456" }
    ])
  })

  it("sends the input of a call through deltas only", () => {
    const events = wireEvents([...started, call, finished])
    const start = events.find((event) => event.type === "content_block_start")
    assert.deepStrictEqual(start?.content_block, {
      type: "tool_use",
      id: "toolu_1",
      name: "Bash",
      input: {},
      caller: { type: "direct" }
    })
    assert.deepStrictEqual(deltas(events), [{ type: "input_json_delta", partial_json: '{"command":"ls"}' }])
  })
})

describe("the end", () => {
  it("says tool_use if a call was made, whatever the backend says", () => {
    assert.deepStrictEqual(stop(wireEvents([...started, call, { type: "finished", reason: "end-turn" }])), ["tool_use"])
    assert.deepStrictEqual(stop(wireEvents([...started, { type: "finished", reason: "tool-use" }])), ["end_turn"])
  })

  it("names the stop sequence that matched, and none otherwise", () => {
    const matched = wireEvents([{ type: "finished", reason: "stop-sequence", stopSequence: "</block>" }])
    const other = wireEvents([{ type: "finished", reason: "max-tokens", stopSequence: "</block>" }])
    const ends = [matched, other].map(ending)
    assert.deepInclude(ends[0], { stop_reason: "stop_sequence", stop_sequence: "</block>" })
    assert.deepInclude(ends[1], { stop_reason: "max_tokens", stop_sequence: null })
  })

  it("reports the last usage", () => {
    const usage = { inputTokens: 1, cacheReadTokens: 2, cacheCreationTokens: 3, outputTokens: 4, reasoningTokens: 5 }
    const events = wireEvents([...started, { type: "usage", usage }, finished])
    assert.deepStrictEqual(events.find((event) => event.type === "message_delta")?.usage, {
      input_tokens: 1,
      cache_read_input_tokens: 2,
      cache_creation_input_tokens: 3,
      output_tokens: 4,
      output_tokens_details: { thinking_tokens: 5 },
      server_tool_use: null
    })
  })

  it("is an error event, with the words clients parse, when the backend failed", () => {
    const error = new PromptTooLong({ promptTokens: 40000, window: 32768 })
    assert.deepStrictEqual(last(wireEvents([{ type: "failed", error }])), {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 40000 tokens > 32768 maximum" }
    })
  })

  it("is an error, never a silent end of turn, when the events run out", () => {
    const events = wireEvents([...started, { type: "text-delta", text: "half" }])
    assert.strictEqual(last(events)?.type, "error")
    assert.deepStrictEqual(stop(events), [])
  })

  const begun: GenerationEvent = { type: "tool-call-start", id: "toolu_1", name: "Bash" }
  const written = (json: string): GenerationEvent => ({ type: "tool-call-delta", json })

  it.each([
    ["in the middle of its input", [begun, written('{"command":"rm -rf build/tm'), finished]],
    ["before its input", [begun, finished]],
    ["by other content", [begun, written('{"command":"ls"}'), { type: "text-delta", text: "a" }]],
    ["and ended all the same", [begun, written('{"command":"rm'), { type: "tool-call-end" }]],
    ["with an input that is no object", [begun, written("1"), { type: "tool-call-end" }]]
  ] satisfies ReadonlyArray<readonly [string, ReadonlyArray<GenerationEvent>]>)(
    "is an error when a call was cut off %s, so that nobody runs it",
    (_, cut) => {
      const events = wireEvents([...started, ...cut, finished])
      assert.strictEqual(last(events)?.type, "error")
      assert.notInclude(types(events), "content_block_stop")
    }
  )

  it("is a tool_use for a streamed call without any input", () => {
    assert.deepStrictEqual(stop(wireEvents([...started, begun, { type: "tool-call-end" }, finished])), ["tool_use"])
  })

  it("lets nothing follow", () => {
    const failed: GenerationEvent = { type: "failed", error: new BackendFailed({ message: "x" }) }
    for (const end of [finished, failed]) {
      assert.deepStrictEqual(wireEvents([end, call, failed, finished, { type: "heartbeat" }]), wireEvents([end]))
    }
  })
})

describe("frames", () => {
  it("are whole server-sent events, named by their type", () => {
    const text = streamText(options, [
      { type: "heartbeat" },
      ...started,
      { type: "text-delta", text: "a\u2028\nb" },
      finished
    ])
    const [, events] = pushSse(initialSseDecode, text)
    assert.isTrue(text.startsWith('event: ping\ndata: {"type":"ping"}\n\n'))
    assert.isTrue(events.every(({ event, data }) => JSON.parse(data).type === event))
    assert.notMatch(text, /\u2028/)
  })
})
