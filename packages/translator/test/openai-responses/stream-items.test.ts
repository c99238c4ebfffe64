import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { call, deltas, end, finished, items, shown, started, types, wireEvents } from "./wire-events.ts"

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
