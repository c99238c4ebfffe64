import {
  answerOf,
  callChunk,
  callsTools,
  delta,
  done,
  ending,
  jsonAnswer,
  says,
  sse,
  type UpstreamAnswer,
  usageChunk,
  words
} from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { gather, readEvents, type ShortAnswer } from "../src/read-stream.ts"
import { question, tools } from "../src/wired-server.ts"

const server = oneServer()

/** A whole answer, or the error in its place. */
interface WholeAnswer {
  readonly content?: ReadonlyArray<Readonly<Record<string, string>>>
  readonly stop_reason?: string
  readonly error?: { readonly message: string }
}

/** The same question streamed and whole: both must tell the same. */
const ask = async (answer: UpstreamAnswer, more: object = {}): Promise<ShortAnswer> => {
  const { upstream, post } = server()
  upstream.play(answer)
  const streamed = gather(await readEvents(await post({ ...question, tools, stream: true, ...more })))
  const whole = (await (await post({ ...question, tools, ...more })).json()) as WholeAnswer
  assert.strictEqual(whole.error?.message, streamed.error)
  if (whole.error !== undefined) return streamed
  const told = whole.content ?? []
  const text = told.map((block) => (block["type"] === "text" ? block["text"] : "")).join("")
  const called = told.flatMap((block) => (block["type"] === "tool_use" ? [block["name"]] : []))
  assert.deepStrictEqual(
    [text, called, whole.stop_reason],
    [streamed.text, streamed.calls.map(([name]) => name), streamed.stop]
  )
  return streamed
}

const read = (value: string) => ["Read", JSON.stringify({ value })] as const
const bash = (value: string) => ["Bash", JSON.stringify({ value })] as const
const fragment = (call: object) => delta({ tool_calls: [call] })

describe("an answer of an upstream", () => {
  it("in words is told as it is, whatever separators and letters it has", async () => {
    const text = "one\u2028two\u2029three \u0085 日本 🎉 \r\n end"
    assert.deepStrictEqual(await ask(says(text)), {
      thinking: "",
      text,
      calls: [],
      stop: "end_turn",
      error: undefined
    })
  })

  it("may be cut anywhere, inside letters too", async () => {
    const bytes = Buffer.from(answerOf(words("日本 🎉 \u2028 ü"), ending()).steps.join(""))
    const steps = Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1))
    assert.strictEqual((await ask({ steps })).text, "日本 🎉 \u2028 ü")
  })

  it("that is empty is told in a sentence, for clients take none", async () => {
    const answer = await ask(answerOf(ending()))
    assert.deepStrictEqual([answer.stop, answer.error], ["end_turn", undefined])
    assert.match(answer.text, /ended its turn without an answer/)
  })

  it("is one body where the upstream does not stream", async () => {
    const message = { role: "assistant", content: "Hello", tool_calls: null }
    const body = { id: "x", object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] }
    const answer = await ask(jsonAnswer(body))
    assert.deepStrictEqual([answer.text, answer.stop], ["Hello", "end_turn"])
  })

  it("that never says why it ends is an error, never a silent end", async () => {
    for (const steps of [[words("Hello"), done], [words("Hello")], [], [done]]) {
      const answer = await ask({ steps })
      assert.isUndefined(answer.stop)
      assert.match(answer.error ?? "", /stopped before the answer was complete/)
    }
  })

  it("whose upstream forgets to hang up ends all the same", async () => {
    const answer = await ask({ steps: [words("Hello"), delta({}, "stop"), "hang"] })
    assert.deepStrictEqual([answer.text, answer.stop], ["Hello", "end_turn"])
  })

  it("cut off by its bound says so", async () => {
    assert.strictEqual((await ask(answerOf(words("Hel"), ending("length")))).stop, "max_tokens")
  })
})

describe("the thinking of an upstream", () => {
  it("is told apart, under either name", async () => {
    for (const field of ["reasoning_content", "reasoning"]) {
      const answer = await ask(answerOf(delta({ [field]: "hm" }), words("Hi"), ending()))
      assert.deepStrictEqual([answer.thinking, answer.text], ["hm", "Hi"])
    }
  })

  it("may come between words and calls", async () => {
    const answer = await ask(
      answerOf(
        delta({ reasoning: "a" }),
        words("1"),
        fragment({ index: 0, id: "c", type: "function", function: { name: "Read", arguments: "" } }),
        delta({ reasoning: "b" }),
        fragment({ index: 0, function: { arguments: '{"value":' } }),
        words("2"),
        fragment({ index: 0, function: { arguments: '"x"}' } }),
        ending("tool_calls")
      )
    )
    assert.deepStrictEqual(answer, {
      thinking: "ab",
      text: "12",
      calls: [read("x")],
      stop: "tool_use",
      error: undefined
    })
  })

  it("between tags in the words is found", async () => {
    const answer = await ask(answerOf(words("<thi"), words("nk>hm</th"), words("ink>\n\nHi"), ending()))
    assert.deepStrictEqual([answer.thinking, answer.text], ["hm", "Hi"])
  })
})

describe("the calls of an upstream", () => {
  const both = [read("a"), bash("b")]
  const forms: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    [
      "whole in one chunk each",
      [callChunk(0, "call_0", "Read", { value: "a" }), callChunk(1, "call_1", "Bash", { value: "b" })]
    ],
    [
      "both in one chunk",
      [
        delta({
          tool_calls: [
            { index: 0, id: "c0", type: "function", function: { name: "Read", arguments: '{"value":"a"}' } },
            { index: 1, id: "c1", type: "function", function: { name: "Bash", arguments: '{"value":"b"}' } }
          ]
        })
      ]
    ],
    [
      "interleaved",
      [
        fragment({ index: 0, id: "c0", type: "function", function: { name: "Read", arguments: '{"va' } }),
        fragment({ index: 1, id: "c1", type: "function", function: { name: "Bash", arguments: '{"value"' } }),
        fragment({ index: 0, function: { arguments: 'lue":"a"' } }),
        fragment({ index: 1, function: { arguments: ':"b"}' } }),
        fragment({ index: 0, function: { arguments: "}" } })
      ]
    ],
    [
      "without index",
      [
        fragment({ id: "c0", type: "function", function: { name: "Read", arguments: '{"value":"a"}' } }),
        fragment({ id: "c1", type: "function", function: { name: "Bash", arguments: '{"value":"b"}' } })
      ]
    ],
    [
      "without id",
      [
        fragment({ index: 0, function: { name: "Read", arguments: '{"value":"a"}' } }),
        fragment({ index: 1, function: { name: "Bash", arguments: '{"value":"b"}' } })
      ]
    ],
    [
      "with neither",
      [
        fragment({ function: { name: "Read", arguments: '{"value":"a"}' } }),
        fragment({ function: { name: "Bash", arguments: '{"value":"b"}' } })
      ]
    ],
    [
      "with the same id",
      [callChunk(0, "call_0", "Read", { value: "a" }), callChunk(1, "call_0", "Bash", { value: "b" })]
    ],
    [
      "with arguments encoded twice",
      [callChunk(0, "c0", "Read", '{"value":"a"}'), callChunk(1, "c1", "Bash", '{"value":"b"}')]
    ]
  ]
  for (const [name, chunks] of forms)
    it(`are found ${name}`, async () => {
      const answer = await ask(answerOf(...chunks, ending("tool_calls")))
      assert.deepStrictEqual(answer, { thinking: "", text: "", calls: both, stop: "tool_use", error: undefined })
    })

  it("have ids of their own, whatever the upstream calls them", async () => {
    const { upstream, anthropic } = server()
    upstream.play(
      answerOf(
        callChunk(0, "x", "Read", { value: "a" }),
        callChunk(1, "x", "Bash", { value: "b" }),
        ending("tool_calls")
      )
    )
    const past = [
      { role: "user" as const, content: "go" },
      {
        role: "assistant" as const,
        content: [{ type: "tool_use" as const, id: "x", name: "Read", input: { value: "z" } }]
      },
      { role: "user" as const, content: [{ type: "tool_result" as const, tool_use_id: "x", content: "ok" }] }
    ]
    const message = await anthropic.messages.create({ ...question, tools, messages: past })
    const ids = message.content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []))
    assert.strictEqual(new Set([...ids, "x"]).size, 3)
  })

  it("count although the upstream says it just stopped", async () => {
    const answer = await ask(answerOf(callChunk(0, "c", "Read", { value: "a" }), ending("stop")))
    assert.deepStrictEqual([answer.calls, answer.stop], [[read("a")], "tool_use"])
  })

  it("that a bound cut off are not made", async () => {
    const cut = fragment({ index: 0, id: "c", function: { name: "Bash", arguments: '{"value":"rm -rf build/tm' } })
    const answer = await ask(answerOf(words("I clean up."), cut, ending("length")))
    assert.deepStrictEqual([answer.text, answer.calls, answer.stop], ["I clean up.", [], "max_tokens"])
  })

  it("that the end of the stream cut off are not made, and the answer is an error", async () => {
    const cut = fragment({ index: 0, id: "c", function: { name: "Bash", arguments: '{"value":"rm -rf build/tm' } })
    const answer = await ask({ steps: [words("I clean up."), cut] })
    assert.deepStrictEqual([answer.calls, answer.stop], [[], undefined])
    assert.match(answer.error ?? "", /complete/)
  })

  it("stay one where the client wants one at a time and the upstream does not care", async () => {
    const answer = await ask(
      callsTools({ name: "Read", input: { value: "a" } }, { name: "Bash", input: { value: "b" } }),
      {
        tool_choice: { type: "auto", disable_parallel_tool_use: true }
      }
    )
    assert.deepStrictEqual(answer.calls, [read("a")])
  })
})

describe("calls that an upstream leaves in the words", () => {
  const hermes = '<tool_call>\n{"name": "Read", "arguments": {"value": "a"}}\n</tool_call>'
  const qwen = "<tool_call>\n<function=Read>\n<parameter=value>\na\n</parameter>\n</function>\n</tool_call>"
  for (const [name, raw] of [
    ["Hermes", hermes],
    ["Qwen3-Coder", qwen]
  ] as const)
    it(`are found in the form of ${name}`, async () => {
      const answer = await ask(answerOf(words("Let me look.\n"), ...[...raw].map(words), ending()))
      assert.deepStrictEqual(answer, {
        thinking: "",
        text: "Let me look.",
        calls: [read("a")],
        stop: "tool_use",
        error: undefined
      })
    })

  it("are words where no tool has that name", async () => {
    const raw = hermes.replace("Read", "Unknown")
    const answer = await ask(answerOf(words(raw), ending()))
    assert.deepStrictEqual([answer.text, answer.calls, answer.stop], [raw, [], "end_turn"])
  })

  it("are words where the client offers no tool", async () => {
    const answer = await ask(answerOf(words(hermes), ending()), { tools: [] })
    assert.deepStrictEqual([answer.text, answer.calls], [hermes, []])
  })

  it("are not made where a bound cut them off", async () => {
    const answer = await ask(answerOf(words('<tool_call>\n{"name": "Read", "arguments": {"va'), ending("length")))
    assert.deepStrictEqual([answer.calls, answer.stop], [[], "max_tokens"])
  })
})

describe("the tokens of an upstream", () => {
  const usageOf = async (answer: UpstreamAnswer) => {
    const { upstream, post } = server()
    upstream.play(answer)
    const events = await readEvents(await post({ ...question, stream: true }))
    return events.find((event) => event.type === "message_delta")?.["usage"] as Readonly<Record<string, number>>
  }

  it("are told disjoint: what the cache had, and the rest", async () => {
    const usage = await usageOf(answerOf(words("x"), delta({}, "stop"), usageChunk(1000, 7, 900), done))
    assert.deepStrictEqual(
      [usage["input_tokens"], usage["cache_read_input_tokens"], usage["output_tokens"]],
      [100, 900, 7]
    )
  })

  it("are estimated where the upstream tells none, for a client that learns of none never compacts", async () => {
    const usage = await usageOf(answerOf(words("many words ".repeat(40)), delta({}, "stop"), done))
    assert.isAbove(usage["input_tokens"] ?? 0, 5)
    assert.isAbove(usage["output_tokens"] ?? 0, 50)
  })
})

describe("an error inside a stream", () => {
  it("ends it with an error event behind what was said", async () => {
    const answer = await ask(answerOf(words("Hel"), sse({ error: { message: "out of memory", code: 500 } })))
    assert.deepStrictEqual([answer.text, answer.stop], ["Hel", undefined])
    assert.match(answer.error ?? "", /out of memory/)
  })

  it("made of garbage is told without it", async () => {
    const answer = await ask({ steps: [words("Hel"), "data: {not json\n\n"] })
    assert.match(answer.error ?? "", /no JSON/)
  })
})
