import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong } from "@pensieve/errors"
import { initialSseDecode, pushSse } from "@pensieve/framing"
import type { GenerationEvent, ResponsesOutputItem, ResponsesStreamEvent } from "@pensieve/models"
import { initialStream, stepEnd, stepStream, type StreamOptions } from "@pensieve/translator/openai-responses"
import fc from "fast-check"
import { anyEvents, orderlyEvents } from "./arbitrary-events.ts"
import { optionsOf, someOptions, someTools } from "./some-options.ts"
import { grammarProblem } from "./stream-grammar.ts"
import { streamText } from "./stream-text.ts"

const shown = optionsOf({ model: "local", reasoning: { summary: "auto" }, tools: someTools })

const wireEvents = (
  events: ReadonlyArray<GenerationEvent>,
  settings: StreamOptions = shown
): ReadonlyArray<ResponsesStreamEvent> => {
  let state = initialStream(settings)
  const all: Array<ResponsesStreamEvent> = []
  for (const event of events) {
    const [next, more] = stepStream(state, event)
    state = next
    all.push(...more)
  }
  return [...all, ...stepEnd(state)[1]]
}

const started: ReadonlyArray<GenerationEvent> = [
  { type: "accepted", promptTokens: 100 },
  { type: "started", cachedTokens: 90 }
]
const finished: GenerationEvent = { type: "finished", reason: "end-turn" }
const call: GenerationEvent = { type: "tool-call", id: "call_1", name: "Plain", input: { command: "ls" } }

const types = (events: ReadonlyArray<ResponsesStreamEvent>) =>
  events.map((event) => event.type.replace("response.", "")).join(" ")
const items = (events: ReadonlyArray<ResponsesStreamEvent>): ReadonlyArray<ResponsesOutputItem> =>
  events.flatMap((event) => (event.type === "response.output_item.done" ? [event.item] : []))
const end = (events: ReadonlyArray<ResponsesStreamEvent>) => {
  const last = events.at(-1)
  return last !== undefined && "response" in last ? last.response : undefined
}
const deltas = (events: ReadonlyArray<ResponsesStreamEvent>, kind: string) =>
  events.map((event) => ("delta" in event && event.type.includes(kind) ? event.delta : "")).join("")

describe("the grammar", () => {
  it("holds for events in any order", () => {
    fc.assert(
      fc.property(someOptions, anyEvents, (settings, events) => {
        assert.isUndefined(grammarProblem(streamText(settings, events), true))
      }),
      { numRuns: 1000 }
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
        const all = [...(settings.callIds ?? []), ...ids]
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

describe("items", () => {
  it("of text have one part, and come whole at the end", () => {
    const events = wireEvents([
      ...started,
      { type: "text-delta", text: "a" },
      { type: "text-delta", text: "b" },
      finished
    ])
    assert.strictEqual(
      types(events.slice(2)),
      "output_item.added content_part.added output_text.delta output_text.delta output_text.done content_part.done " +
        "output_item.done completed"
    )
    assert.deepStrictEqual(items(events), [
      {
        type: "message",
        id: "msg_1_0",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text: "ab", annotations: [], logprobs: [] }]
      }
    ])
    assert.deepStrictEqual(end(events)?.output, items(events))
  })

  it("close when the kind changes, and open none for empty text", () => {
    const events = wireEvents([
      ...started,
      { type: "reasoning-delta", text: "hm" },
      { type: "text-delta", text: "a" },
      { type: "reasoning-delta", text: "" },
      { type: "text-delta", text: "b" },
      { type: "reasoning-delta", text: "hm" },
      call,
      finished
    ])
    assert.deepStrictEqual(
      items(events).map((item) => item.id),
      ["rs_1_0", "msg_1_1", "rs_1_2", "fc_1_3"]
    )
  })

  it("of thinking have a summary, and hidden content only where it is asked for", () => {
    const thought: ReadonlyArray<GenerationEvent> = [
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-end", signature: "s" },
      finished
    ]
    const summary = [{ type: "summary_text" as const, text: "hm" }]
    assert.deepStrictEqual(items(wireEvents(thought)), [{ type: "reasoning", id: "rs_1_0", summary }])
    assert.deepStrictEqual(items(wireEvents(thought, { ...shown, display: "omitted" })), [
      { type: "reasoning", id: "rs_1_0", summary: [] }
    ])
    const [sealed] = items(wireEvents(thought, { ...shown, sealsReasoning: true }))
    assert.match(sealed?.type === "reasoning" ? (sealed.encrypted_content ?? "") : "", /^pensieve1\.[\w+/=]+$/)
  })

  it("of hidden thinking of another backend exist for their signature only", () => {
    const signed: ReadonlyArray<GenerationEvent> = [{ type: "reasoning-end", signature: "s" }, finished]
    assert.strictEqual(items(wireEvents(signed, { ...shown, sealsReasoning: true })).length, 1)
    assert.deepStrictEqual(items(wireEvents(signed)), [])
  })

  it("of calls carry id, name and arguments", () => {
    const events = wireEvents([...started, call, finished])
    assert.strictEqual(
      types(events.slice(2)),
      "output_item.added function_call_arguments.delta function_call_arguments.done output_item.done completed"
    )
    assert.deepStrictEqual(items(events), [
      {
        type: "function_call",
        id: "fc_1_0",
        status: "completed",
        call_id: "call_1",
        name: "Plain",
        arguments: '{"command":"ls"}'
      }
    ])
  })

  it("of calls into a namespace name it", () => {
    const [item] = items(wireEvents([{ type: "tool-call", id: "c", name: "files__Read", input: {} }, finished]))
    assert.deepInclude(item, { type: "function_call", name: "Read", namespace: "files", arguments: "{}" })
  })

  it("of calls of custom tools carry free text, however it was written", () => {
    const texts = [{ input: "ls\n" }, { other: 1 }].map((input) => {
      const events = wireEvents([{ type: "tool-call", id: "c", name: "Bash", input }, finished])
      const [item] = items(events)
      return [deltas(events, "custom_tool_call_input"), item?.type === "custom_tool_call" ? item.input : undefined]
    })
    assert.deepStrictEqual(texts, [
      ["ls\n", "ls\n"],
      ['{"other":1}', '{"other":1}']
    ])
  })

  it("of streamed calls grow as they are written", () => {
    const events = wireEvents([
      { type: "tool-call-start", id: "c", name: "Plain" },
      { type: "tool-call-delta", json: '{"a"' },
      { type: "tool-call-delta", json: ":1}" },
      { type: "tool-call-end" },
      finished
    ])
    assert.strictEqual(events.filter((event) => event.type === "response.function_call_arguments.delta").length, 2)
    assert.strictEqual(end(events)?.status, "completed")
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
