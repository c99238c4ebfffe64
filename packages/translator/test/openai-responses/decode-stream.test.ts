import { assert, describe, it } from "@effect/vitest"
import { PromptTooLong } from "@pensieve/errors"
import type { JsonObject } from "@pensieve/models"
import { decodeResponse } from "@pensieve/translator/openai-responses"
import { call, check, failure, finished, text } from "../answer-events.ts"
import {
  callItem,
  created,
  decodePieces,
  decodeWire,
  delta,
  done,
  end,
  message,
  plainOptions,
  streamOf,
  usage
} from "./decode-events.ts"

const thought = (text: string) => ({ type: "reasoning-delta", text })

describe("a stream", () => {
  it("of words says each once, though the wire says them three times", () => {
    const item = message("Hi \u2028you")
    check(
      decodeWire(created, delta(0, "Hi \u2028"), delta(0, "you"), done(0, item), end("completed", item)),
      text("Hi \u2028"),
      text("you"),
      usage,
      finished("end-turn")
    )
  })

  it.each([
    ["deltas", [delta(0, "Hi")]],
    ["whole items", [done(0, message("Hi"))]],
    ["the last response", []]
  ] as const)("of a server that tells words by %s only is read", (_, events) => {
    const last = end("completed", message("Hi"))
    check(decodeWire(created, ...events, last), text("Hi"), usage, finished("end-turn"))
  })

  it("that breaks off inside the deltas gets the rest from the whole item", () => {
    check(
      decodeWire(delta(0, "H"), end("completed", message("H", "i"))),
      text("H"),
      text("i"),
      usage,
      finished("end-turn")
    )
  })

  it("of a refusal says it", () => {
    check(decodeWire(delta(0, "No.", "refusal"), end("completed")), text("No."), usage, finished("end-turn"))
  })

  it("of a sign of life tells it", () => {
    check(
      decodeWire(created, { type: "keepalive" }, end("completed")),
      { type: "heartbeat" },
      usage,
      finished("end-turn")
    )
  })

  it("of events and items that are not known says nothing of them", () => {
    const search: JsonObject = { type: "web_search_call", id: "ws_1", status: "completed" }
    check(
      decodeWire(
        created,
        { type: "response.from_the_future" },
        done(0, search),
        ": comment\n\n",
        "data: [DONE]\n\n",
        end("completed", search)
      ),
      usage,
      finished("end-turn")
    )
  })
})

describe("thinking", () => {
  const item = (fields: JsonObject): JsonObject => ({ type: "reasoning", id: "rs_1", ...fields })
  const summary = ["One.", "Two."].map((words) => ({ type: "summary_text", text: words }))

  it("is told by its summary, part by part, and keeps what its service needs back", () => {
    const part = (summary_index: number): JsonObject => ({
      type: "response.reasoning_summary_part.added",
      output_index: 0,
      summary_index
    })
    check(
      decodeWire(
        part(0),
        delta(0, "One.", "reasoning_summary_text"),
        part(1),
        delta(0, "Two.", "reasoning_summary_text"),
        done(0, item({ summary, encrypted_content: "gAAA" })),
        end("completed")
      ),
      thought("One."),
      thought("\n\n"),
      thought("Two."),
      { type: "reasoning-end", signature: "openai-responses:gAAA" },
      usage,
      finished("end-turn")
    )
  })

  it("that a server tells in both ways is told in the first", () => {
    const content = [{ type: "reasoning_text", text: "hm" }]
    check(
      decodeWire(
        delta(0, "hm", "reasoning_text"),
        delta(0, "One.", "reasoning_summary_text"),
        done(0, item({ content, summary })),
        end("completed")
      ),
      thought("hm"),
      { type: "reasoning-end" },
      usage,
      finished("end-turn")
    )
  })

  it("that comes in its item only is told from there", () => {
    check(
      decodeWire(done(0, item({ summary })), end("completed")),
      thought("One.\n\nTwo."),
      { type: "reasoning-end" },
      usage,
      finished("end-turn")
    )
  })
})

describe("calls", () => {
  it("are told whole, under the client's own names", () => {
    const wire = streamOf(
      done(0, callItem("call_a", "short_1", '{"path":"/"}')),
      done(1, { ...callItem("call_b", "Read", "{}"), namespace: "files" }),
      done(2, { type: "custom_tool_call", call_id: "call_c", name: "sh", input: "ls\n", status: "completed" }),
      end("completed")
    )
    check(
      decodePieces([wire], { ...plainOptions, toolNames: new Map([["short_1", "a long name"]]) }),
      call("call_a", "a long name", { path: "/" }),
      call("call_b", "files__Read", {}),
      call("call_c", "sh", { input: "ls\n" }),
      usage,
      finished("tool-use")
    )
  })

  it("without arguments have none", () => {
    const wire = [done(0, callItem("call_a", "pwd", "")), done(1, callItem("call_b", "ls", "{}"))]
    check(
      decodeWire(...wire, end("completed")),
      call("call_a", "pwd", {}),
      call("call_b", "ls", {}),
      usage,
      finished("tool-use")
    )
  })

  it("get ids of their own where one is missing or taken", () => {
    const wire = streamOf(
      done(0, { type: "function_call", name: "a", arguments: "{}" }),
      done(1, callItem("call_a", "b", "{}")),
      done(2, callItem("call_a", "c", "{}")),
      end("completed")
    )
    assert.deepStrictEqual(
      decodePieces([wire], { idPrefix: "x", callIds: ["call_a"] }).flatMap((event) =>
        event.type === "tool-call" ? [event.id] : []
      ),
      ["x0", "call_a-2", "call_a-3"]
    )
  })

  it.each([
    callItem("call_a", "Bash", '{"command":"rm -rf build/tm'),
    callItem("call_a", "Bash", '{"command":"rm -rf build"}', "incomplete"),
    callItem("call_a", "Bash", "")
  ])("that a limit cut off are never told: %j", (item) => {
    check(decodeWire(delta(0, "a"), done(1, item), end("incomplete")), text("a"), usage, finished("max-tokens"))
    check(decodeWire(delta(0, "a"), end("incomplete", message("a"), item)), text("a"), usage, finished("max-tokens"))
  })

  it("with arguments that are no object fail the answer", () => {
    const events = decodeWire(done(0, callItem("call_a", "ls", '{"a":')), end("completed"))
    assert.include(failure(events), '"ls" has arguments that are no JSON object')
  })
})

describe("the end", () => {
  it("without the last event is a failure, wherever the stream ends", () => {
    const bytes = new TextEncoder().encode(streamOf(created, delta(0, "é🎉"), done(1, callItem("call_a", "ls", "{}"))))
    for (let length = 0; length <= bytes.length; length++) {
      assert.notStrictEqual(failure(decodePieces([bytes.slice(0, length)])), "", `after ${length} bytes`)
    }
  })

  it("by a filter is a refusal", () => {
    const response = { status: "incomplete", incomplete_details: { reason: "content_filter" }, output: [] }
    check(decodeWire({ type: "response.incomplete", response }), finished("refusal"))
  })

  it.each([
    { type: "response.failed", response: { status: "failed", error: { code: "server_error", message: "it died" } } },
    { type: "error", code: "server_error", message: "it died", param: null },
    { type: "error", error: { type: "server_error", message: "it died" } }
  ])("by an error is its failure: %j", (event) => {
    const events = decodeWire(delta(0, "half"), event, delta(0, "more"), end("completed"))
    check(events.slice(0, -1), text("half"))
    assert.strictEqual(failure(events), "The upstream failed: it died")
  })

  it("by too long a prompt makes clients compact", () => {
    const error = {
      code: "context_length_exceeded",
      message: "This model's maximum context length is 1000 tokens. However, your messages resulted in 2000 tokens."
    }
    assert.deepStrictEqual(decodeWire({ type: "response.failed", response: { status: "failed", error } }), [
      { type: "failed", error: new PromptTooLong({ promptTokens: 2000, window: 1000 }) }
    ])
  })
})

describe("a whole response", () => {
  const response: JsonObject = {
    id: "resp_1",
    object: "response",
    status: "completed",
    output: [
      { type: "reasoning", summary: [], encrypted_content: "gAAA" },
      message("Hi"),
      callItem("call_a", "ls", "{}")
    ],
    usage: { input_tokens: 50, input_tokens_details: { cached_tokens: 40 }, output_tokens: 9 }
  }

  it("says what a stream would, also from an upstream that was asked to stream and did not", () => {
    const events = decodeResponse(response, plainOptions)
    assert.deepStrictEqual(
      events.map((event) => event.type),
      ["reasoning-end", "text-delta", "tool-call", "usage", "finished"]
    )
    assert.deepStrictEqual(decodePieces([JSON.stringify(response)]), events)
  })

  it.each([undefined, [], {}, { output: "Hi", error: null }, { status: "cancelled", output: [] }])(
    "that is none fails: %j",
    (body) => {
      assert.notStrictEqual(failure(decodeResponse(body, plainOptions)), "")
    }
  )

  it("that is an error is that error", () => {
    assert.strictEqual(
      failure(decodeResponse({ error: { message: "no such model", type: "invalid_request_error" } }, plainOptions)),
      "The upstream refused the request: no such model"
    )
  })
})
