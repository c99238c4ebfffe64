/**
 * What gateways between the Anthropic API and OpenAI-compatible servers were seen to get wrong: an Anthropic client asks, a
 * server of chat completions answers.
 *
 * @see gateways measured, sections 3 and 4
 */
import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent, Json } from "@pensieve/models"
import { anthropic, openaiChat, openaiResponses } from "@pensieve/translator"
import { Result } from "effect"
import { decoded } from "./anthropic/decoded.ts"
import { grammarProblem } from "./anthropic/stream-grammar.ts"
import { streamText } from "./anthropic/stream-text.ts"
import { decodePieces, delta, done, fragment, plainOptions, stop, streamOf } from "./openai-chat/decode-events.ts"

/** What an OpenAI-compatible server is sent for an Anthropic request with these fields. */
const encoded = (fields: object) => openaiChat.encodeRequest(decoded(fields), { model: "qwen" })
const sent = (fields: object) => encoded(fields).body

const user = (...content: ReadonlyArray<object>) => ({ messages: [{ role: "user", content }] })
const messageOptions = { id: "msg_1", model: "claude-local" }

/** The message an Anthropic client gets for these events. */
const message = (events: ReadonlyArray<GenerationEvent>) =>
  Result.getOrThrow(anthropic.encodeResponse(messageOptions, events))

/** The message an Anthropic client gets when the server sends these chunks. */
const answered = (...chunks: ReadonlyArray<Json>) => message(decodePieces([streamOf(...chunks)]))

/** The calls an Anthropic client would run. */
const calls = (...chunks: ReadonlyArray<Json>) =>
  answered(...chunks).content.flatMap((block) => (block.type === "tool_use" ? [[block.name, block.input]] : []))

/** The text of the stream an Anthropic client gets, which obeys the grammar. */
const streamed = (...chunks: ReadonlyArray<Json>): string => {
  const text = streamText(messageOptions, decodePieces([streamOf(...chunks)]))
  assert.isUndefined(grammarProblem(text, true))
  return text
}

const named = (index: number, id: string, name: string, json = "") =>
  fragment({ index, id, type: "function", function: { name, arguments: json } })
const more = (index: number, json: string) => fragment({ index, function: { arguments: json } })
const called = delta({}, "tool_calls")

describe("calls", () => {
  it("whose fragments are interleaved are told apart", () => {
    const chunks = [
      named(0, "a", "Read"),
      named(1, "b", "Bash"),
      more(0, '{"file_'),
      more(1, '{"comm'),
      more(0, 'path":"x"}'),
      more(1, 'and":"ls"}'),
      called
    ]
    assert.deepStrictEqual(calls(...chunks), [
      ["Read", { file_path: "x" }],
      ["Bash", { command: "ls" }]
    ])
  })

  it("that come two in one chunk are two", () => {
    const two = [0, 1].map((index) => ({
      index,
      id: `c${index}`,
      function: { name: "ls", arguments: `{"n":${index}}` }
    }))
    assert.deepStrictEqual(calls(delta({ tool_calls: two }), called), [
      ["ls", { n: 0 }],
      ["ls", { n: 1 }]
    ])
  })

  it("without index and id are told", () => {
    const bare = (name: string) => fragment({ function: { name, arguments: "{}" } })
    assert.deepStrictEqual(calls(bare("a"), bare("b"), called), [
      ["a", {}],
      ["b", {}]
    ])
  })

  it("make the answer end with tool_use although the server says stop", () => {
    assert.strictEqual(answered(named(0, "a", "ls", "{}"), stop).stop_reason, "tool_use")
  })

  it("that the length cut off are not run, and the reason stays", () => {
    const answer = answered(named(0, "a", "Bash", '{"command": "rm -rf build/tm'), delta({}, "length"))
    assert.deepStrictEqual([answer.content, answer.stop_reason], [[], "max_tokens"])
  })

  it("that are broken for no reason fail the answer instead of running with {}", () => {
    const text = streamed(named(0, "a", "Bash", '{"command": "rm -rf build/tm'), called)
    assert.include(text, "event: error\n")
    assert.notInclude(text, '"type":"tool_use"')
  })

  it("get ids of their own where the model repeats them, in one answer and over turns", () => {
    const events = decodePieces([streamOf(named(0, "call_0", "a", "{}"), named(1, "call_0", "b", "{}"), called)], {
      ...plainOptions,
      callIds: ["call_0"]
    })
    const ids = message(events).content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []))
    assert.strictEqual(new Set(["call_0", ...ids]).size, 3)
  })

  it("whose arguments are encoded twice are read", () => {
    assert.deepStrictEqual(calls(named(0, "a", "ls", JSON.stringify('{"path":"/"}')), called), [["ls", { path: "/" }]])
  })

  it("close their block, one at a time, however they came", () => {
    const text = streamed(named(0, "a", "ls"), named(1, "b", "ls"), more(1, "{}"), more(0, "{}"), called, done)
    assert.strictEqual(text.match(/event: content_block_stop/g)?.length, 2)
  })
})

describe("words", () => {
  it("with separators some readers take for line ends arrive whole", () => {
    assert.deepInclude(answered(delta({ content: "a\n\u2028\u2029b" }), stop).content[0], { text: "a\n\u2028\u2029b" })
    assert.notMatch(streamed(delta({ content: "\u2028" }), stop), /\u2028/)
  })

  it.each([
    ["tagged", "<think>hm</think>\n\nHi"],
    ["opened", "hm</think>Hi"]
  ] as const)("with thinking in them (%s) are split", (think, content) => {
    const events = decodePieces([streamOf(delta({ content }), stop)], { ...plainOptions, think })
    assert.deepStrictEqual(
      message(events).content.map((block) =>
        block.type === "thinking" ? block.thinking : "text" in block && block.text
      ),
      ["hm", "Hi"]
    )
  })

  it("end at the stop sequence the server names", () => {
    const end = { choices: [{ index: 0, delta: {}, finish_reason: "stop", stop_reason: "</block>" }] }
    assert.deepInclude(answered(delta({ content: "no" }), end), {
      stop_reason: "stop_sequence",
      stop_sequence: "</block>"
    })
  })

  it("of a server that does not stream although it was asked to arrive", () => {
    const completion = { choices: [{ index: 0, message: { content: "Hi" }, finish_reason: "stop" }] }
    assert.deepInclude(message(decodePieces([JSON.stringify(completion)])).content[0], { text: "Hi" })
  })
})

describe("the end", () => {
  it("of a server that stops without saying so is an error, never a silent end_turn", () => {
    const text = streamed(delta({ content: "half" }))
    assert.include(text, "event: error\n")
    assert.notInclude(text, "end_turn")
  })

  it("of length is max_tokens", () => {
    assert.strictEqual(answered(delta({ content: "a" }), delta({}, "length")).stop_reason, "max_tokens")
  })

  it("tells the tokens as the server counted them", () => {
    const usage = { prompt_tokens: 1234, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 1000 } }
    assert.deepInclude(answered(delta({ content: "a" }), stop, { choices: [], usage }).usage, {
      input_tokens: 234,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 0,
      output_tokens: 5
    })
  })

  it("of a Responses answer holds the output, without which the official SDK throws", () => {
    const request = Result.getOrThrow(openaiResponses.decodeRequest({ model: "m", input: "hi" }, { headers: {} }))
    const options = openaiResponses.streamOptions(request, "resp_1", 0)
    const events = decodePieces([streamOf(delta({ content: "Hi" }), stop)])
    assert.lengthOf(Result.getOrThrow(openaiResponses.encodeResponse(options, events)).output, 1)
  })
})

describe("errors", () => {
  const body = (status: number, text: string) =>
    anthropic.encodeError(openaiChat.decodeError(status, text), "req_1").body

  it("have Anthropic's shape and the type clients act on", () => {
    const error = body(429, JSON.stringify({ error: { message: "slow down" } }))
    assert.deepInclude(error, { type: "error", request_id: "req_1" })
    assert.strictEqual(error.error.type, "rate_limit_error")
  })

  it.each([
    "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it",
    "This model's maximum context length is 32768 tokens. However, you requested 40100 tokens (40000 in the messages, 100 in the completion).",
    "Trying to keep the first 40000 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens",
    "Prompt too long: 40000 tokens exceeds model limit of 32768"
  ])("of a full window have the words that make Claude Code compact: %s", (text) => {
    assert.strictEqual(
      body(400, JSON.stringify({ error: { message: text } })).error.message,
      "prompt is too long: 40000 tokens > 32768 maximum"
    )
  })

  it("keep pages and stack traces to themselves", () => {
    const page = body(
      502,
      "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
    )
    const trace = body(500, JSON.stringify({ error: { message: "oops\n    at f (/opt/gateway/cli.js:1:2)" } }))
    assert.notMatch(page.error.message + trace.error.message, /[<>]|\/opt|nginx/)
  })

  it("keep the time after which to try again", () => {
    assert.deepInclude(openaiChat.decodeError(429, "{}", 7), { retryAfterSeconds: 7 })
  })

  it.each([[null], ["x"], [[]], [{}], [{ model: "m", max_tokens: 1, messages: "hi" }]])(
    "of a body that is no request are the client's fault: %j",
    (request) => {
      const result = anthropic.decodeRequest(request, { headers: {} })
      const status = Result.isFailure(result) ? anthropic.encodeError(result.failure, "req_1").status : 200
      assert.strictEqual(status, 400)
    }
  )
})

describe("requests", () => {
  it("keep system turns inside the conversation", () => {
    const messages = [
      { role: "user", content: "hi" },
      { role: "system", content: "cwd: /work" },
      { role: "assistant", content: "ok" }
    ]
    assert.deepInclude(sent({ messages }).messages, { role: "system", content: "cwd: /work" })
  })

  it("keep the words of documents and of lists of texts, as text", () => {
    const source = { type: "text", media_type: "text/plain", data: "the words" }
    const [first] = sent(user({ type: "document", source }, { type: "text", text: "more" })).messages
    assert.include(first?.content, "the words")
    assert.include(first?.content, "more")
    assert.notInclude(JSON.stringify(first), '\\"type\\"')
  })

  it("send pictures in results as pictures, never as text", () => {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }
    const { messages } = sent({
      messages: [
        { role: "assistant", content: [{ type: "tool_use", id: "t", name: "shot", input: {} }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [image] }] }
      ]
    })
    const [, tool, after] = messages
    assert.notInclude(JSON.stringify(tool), "AAAA")
    assert.include(JSON.stringify(after), '"image_url":{"url":"data:image/png;base64,AAAA"}')
  })

  it("answer every call with a tool message, matched by id", () => {
    const { messages } = sent({
      messages: [
        { role: "assistant", content: ["a", "b"].map((id) => ({ type: "tool_use", id, name: "ls", input: {} })) },
        { role: "user", content: ["b", "a"].map((id) => ({ type: "tool_result", tool_use_id: id, content: id })) }
      ]
    })
    assert.deepStrictEqual<unknown>(messages.slice(1), [
      { role: "tool", tool_call_id: "b", content: "b" },
      { role: "tool", tool_call_id: "a", content: "a" }
    ])
  })

  it("hide deferred tools, and tools the API would run itself", () => {
    const input_schema = { type: "object" }
    const tools = [
      { name: "now", input_schema },
      { name: "later", input_schema, defer_loading: true },
      { type: "web_search_20250305", name: "web_search" }
    ]
    assert.deepStrictEqual(
      sent({ tools }).tools?.map((tool) => tool.function.name),
      ["now"]
    )
  })

  it("keep what the client asked for", () => {
    const schema = { type: "object" }
    const body = sent({
      tools: [{ name: "ls", input_schema: schema }],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
      stop_sequences: ["</block>"],
      temperature: 0.5,
      top_p: 0.9,
      output_config: { format: { type: "json_schema", schema } }
    })
    assert.deepInclude(body, {
      tool_choice: "required",
      parallel_tool_calls: false,
      stop: ["</block>"],
      temperature: 0.5,
      top_p: 0.9,
      response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
      stream_options: { include_usage: true }
    })
    assert.deepInclude(sent({ tools: [{ name: "ls", input_schema: schema }], tool_choice: { type: "none" } }), {
      tool_choice: "none"
    })
  })

  it("send effort to a server that takes one", () => {
    const asked = decoded({ thinking: { type: "adaptive" }, output_config: { effort: "high" } })
    const { body } = openaiChat.encodeRequest(asked, { model: "qwen", reasoningControl: "effort" })
    assert.strictEqual(body.reasoning_effort, "high")
  })

  it("forward no field that the server cannot know", () => {
    const known: object = sent({
      metadata: { user_id: "u" },
      context_management: { edits: [] },
      from_the_future: 1
    })
    assert.hasAllKeys(known, ["model", "messages", "max_tokens", "stream", "stream_options"])
  })

  it("take a history with thinking, documents and what server tools did", () => {
    const history = encoded({
      messages: [
        { role: "user", content: [{ type: "document", source: { type: "url", url: "https://x/y.pdf" } }] },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm", signature: "EqQB" },
            { type: "redacted_thinking", data: "EmwK" },
            { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "q" } },
            { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
            { type: "text", text: "Found." }
          ]
        },
        { role: "user", content: "go on" }
      ]
    })
    assert.include(JSON.stringify(history.body.messages[1]), "Found.")
  })

  it("begin with the same bytes when only the billing header differs", () => {
    const system = (suffix: string) => [
      { type: "text", text: `x-anthropic-billing-header: cc_version=2.1.329.${suffix}; cc_entrypoint=cli;` },
      { type: "text", text: "You are Claude Code." }
    ]
    assert.deepStrictEqual(sent({ system: system("abc") }).messages, sent({ system: system("def") }).messages)
  })
})
