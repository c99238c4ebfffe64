import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong } from "@pensieve/errors"
import { call, check, failure, finished, text } from "../answer-events.ts"
import { decodeChunks, decodePieces, delta, done, plainOptions, stop, streamOf } from "./decode-events.ts"

const role = delta({ role: "assistant", content: "" })

describe("a stream", () => {
  it("of words and thinking, under either name", () => {
    for (const field of ["reasoning_content", "reasoning"]) {
      check(
        decodeChunks(role, delta({ [field]: "hm" }), delta({ content: "Hi" }), stop, done),
        { type: "reasoning-delta", text: "hm" },
        { type: "reasoning-end" },
        text("Hi"),
        finished("end-turn")
      )
    }
  })

  it("that sends thinking under both names says it once", () => {
    check(
      decodeChunks(delta({ reasoning_content: "hm", reasoning: "hm" }), stop),
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-end" },
      finished("end-turn")
    )
  })

  it("whose content is parts is read", () => {
    const parts = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "Hi" }
    ]
    check(
      decodeChunks(delta({ content: parts }), stop),
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-end" },
      text("Hi"),
      finished("end-turn")
    )
  })

  it("with thinking between tags in its words is split, when told so", () => {
    const chunks = streamOf(delta({ content: "<thi" }), delta({ content: "nk>hm</think>\n\nHi" }), stop)
    check(
      decodePieces([chunks], { ...plainOptions, think: "tagged" }),
      { type: "reasoning-delta", text: "hm" },
      { type: "reasoning-end" },
      text("Hi"),
      finished("end-turn")
    )
    check(decodePieces([chunks]), text("<thi"), text("nk>hm</think>\n\nHi"), finished("end-turn"))
  })

  it("tells how far the prompt is done, where the upstream does", () => {
    const progress = { prompt_progress: { total: 100, cache: 0, processed: 40, time_ms: 12 } }
    check(
      decodeChunks({ ...progress, choices: [{ index: 0, delta: { role: "assistant", content: null } }] }, stop),
      { type: "prefill", done: 40, total: 100 },
      finished("end-turn")
    )
  })

  it("keeps separators some readers take for line ends", () => {
    check(
      decodeChunks(delta({ content: "\n\u2028\u2029\u0085" }), stop),
      text("\n\u2028\u2029\u0085"),
      finished("end-turn")
    )
  })
})

describe("the end", () => {
  it("needs no [DONE] and takes nothing behind it", () => {
    check(decodeChunks(delta({ content: "a" }), stop), text("a"), finished("end-turn"))
    check(decodeChunks(delta({ content: "a" }), stop, done, delta({ content: "b" })), text("a"), finished("end-turn"))
  })

  it("needs no last blank line, and forgives a cut behind the reason", () => {
    check(decodePieces([`${streamOf(delta({ content: "a" }), stop)}data: [DONE]`]), text("a"), finished("end-turn"))
    check(decodePieces([streamOf(stop).trimEnd()]), finished("end-turn"))
    check(decodePieces([`${streamOf(stop)}data: {"usage":{"pro`]), finished("end-turn"))
  })

  it("without a reason is a failure, with [DONE] and without", () => {
    for (const end of ["", done]) {
      const events = decodeChunks(delta({ content: "half" }), end)
      check(events.slice(0, -1), text("half"))
      assert.include(failure(events), "before the answer was complete")
    }
    assert.include(failure(decodePieces([])), "before the answer was complete")
    assert.include(failure(decodePieces([`${streamOf(delta({ content: "a" }))}data: {"choi`])), "no JSON")
  })

  it.each([
    ["length", "max-tokens"],
    ["content_filter", "refusal"],
    ["eos_token", "end-turn"],
    ["tool_calls", "end-turn"]
  ])("for %s is %s", (wire, reason) => {
    check(decodeChunks(delta({ content: "a" }), delta({}, wire)), text("a"), finished(reason))
  })

  it.each(["error", "abort"])("for %s is a failure", (wire) => {
    assert.include(failure(decodeChunks(delta({}, wire), done)), "before the answer was complete")
  })

  it.each(["stop_reason", "matched_stop"])("says which stop sequence matched: %s", (field) => {
    const choice = (value: string | number) => ({
      choices: [{ index: 0, delta: {}, finish_reason: "stop", [field]: value }]
    })
    check(decodeChunks(choice("</block>")), { ...finished("stop-sequence"), stopSequence: "</block>" })
    check(decodeChunks(choice(151645)), finished("end-turn"))
  })

  it("tells the tokens from whatever chunk has them, the last one last", () => {
    const usage = (prompt_tokens: number, cached_tokens: number) => ({
      prompt_tokens,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens },
      completion_tokens_details: { reasoning_tokens: 2 }
    })
    const told = {
      type: "usage",
      usage: { inputTokens: 6, cacheReadTokens: 4, cacheCreationTokens: 0, outputTokens: 5, reasoningTokens: 2 }
    }
    check(decodeChunks(stop, { choices: [], usage: usage(10, 4) }, done), told, finished("end-turn"))
    const first = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: usage(9, 0) }
    check(decodeChunks(first, { choices: [], usage: usage(10, 4) }), told, finished("end-turn"))
    check(decodeChunks(stop, { x_groq: { usage: usage(10, 4) } }), told, finished("end-turn"))
    const hits = {
      prompt_tokens: 10,
      prompt_cache_hit_tokens: 4,
      completion_tokens: 5,
      completion_tokens_details: { reasoning_tokens: 2 }
    }
    check(decodeChunks(stop, { choices: [], usage: hits }), told, finished("end-turn"))
  })
})

describe("what is no stream", () => {
  const completion = {
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "Hi",
          tool_calls: [{ id: "a", function: { name: "ls", arguments: "{}" } }]
        },
        finish_reason: "stop"
      }
    ]
  }

  it("but one JSON body is read all the same", () => {
    check(decodePieces(["\n ", JSON.stringify(completion)]), text("Hi"), call("a", "ls", {}), finished("tool-use"))
  })

  it("but a page says so without its tags", () => {
    const events = decodePieces(["<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>"])
    assert.strictEqual(failure(events), "The upstream failed: 502 Bad Gateway")
  })

  it("but an error in JSON is that error", () => {
    const events = decodePieces([JSON.stringify({ error: { message: "no such thing", code: 400 } })])
    assert.strictEqual(failure(events), "The upstream refused the request: no such thing")
  })

  it("but other JSON is no completion", () => {
    assert.include(failure(decodePieces(["[1]"])), "no completion")
    assert.include(failure(decodePieces(["{}"])), "no completion")
  })
})

describe("an error inside a stream", () => {
  it.each([
    [{ error: { message: "it died", type: "server_error" } }],
    [{ error: "it died" }],
    [{ object: "error", message: "it died", code: 500 }],
    [{ choices: [{ index: 0, delta: {}, finish_reason: "error", error: { message: "it died" } }] }],
    ['event: error\ndata: {"error":{"message":"it died"}}\n\n'],
    ["event: error\ndata: it died\n\n"]
  ])("fails the answer with its words: %j", (chunk) => {
    const events = decodeChunks(delta({ content: "half" }), chunk, delta({ content: "more" }), done)
    check(events.slice(0, 1), text("half"))
    assert.strictEqual(events.length, 2)
    const last = events[1]
    assert.instanceOf(last?.type === "failed" ? last.error : undefined, BackendFailed)
    assert.strictEqual(failure(events), "The upstream failed: it died")
  })

  it("keeps stack traces to itself", () => {
    const message =
      "Cannot read properties of undefined\n    at handler (/opt/gateway/dist/cli.js:12:3)\n    at run (node:x:1:1)"
    assert.strictEqual(
      failure(decodeChunks({ error: { message } })),
      "The upstream failed: Cannot read properties of undefined"
    )
  })

  it("that tells of too long a prompt makes clients compact", () => {
    const message = "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it"
    const last = decodeChunks({ error: { message, code: 400 } }).at(-1)
    assert.deepStrictEqual(last, { type: "failed", error: new PromptTooLong({ promptTokens: 40000, window: 32768 }) })
  })

  it("that is no JSON is one", () => {
    assert.include(failure(decodeChunks("data: oops\n\n")), "no JSON")
  })
})

describe("sloppy framing", () => {
  it("without blank lines between chunks is read line by line", () => {
    check(
      decodePieces([streamOf(delta({ content: "a" }), stop).replaceAll("\n\n", "\n"), "\n"]),
      text("a"),
      finished("end-turn")
    )
  })

  it("with chunks that say nothing is read", () => {
    check(
      decodeChunks(": hi\n\n", "data:\n\n", { prompt_filter_results: [] }, { choices: [] }, role, stop),
      finished("end-turn")
    )
  })

  it("with a whole message behind the deltas does not say it twice", () => {
    const last = { choices: [{ index: 0, message: { content: "Hi" }, finish_reason: "stop" }] }
    check(decodeChunks(delta({ content: "Hi" }), last), text("Hi"), finished("end-turn"))
    check(decodeChunks(last), text("Hi"), finished("end-turn"))
  })
})
