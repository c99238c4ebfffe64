import { assert, describe, it } from "@effect/vitest"
import { prompted } from "@pensieve/families"
import type { BridgeLine, Conversation, GenerationEvent } from "@pensieve/models"
import { Result } from "effect"
import { OwnCalls } from "../../src/mlx/own-calls.ts"
import { AnswerReader } from "../../src/mlx/read-answer.ts"
import { conversation } from "../conversation.ts"
import { accepted, finished, likely, piece, started } from "./lines.ts"

const call = (body: string) => `<tool_call>\n${body}\n</tool_call>`
const good = call('{"name": "Read", "arguments": {"path": "a"}}')
const wrong = call('{"name": "Read", "arguments": {"limit": 3}}')
const broken = call('{"name": "Read", "arguments": {"path": "a" "b"}}')

interface More {
  readonly asked?: Partial<Conversation>
  readonly callsAllowed?: boolean
  readonly last?: boolean
  readonly before?: AnswerReader
}

const ownCalls = new OwnCalls()

const readerFor = ({ asked = {}, callsAllowed = true, last = false, before }: More = {}) =>
  new AnswerReader({
    parser: prompted.createParser({ opensReasoning: false, toolNames: ["Read"], addedTokens: [] }),
    conversation: conversation(asked),
    makeCallId: () => "toolu_1",
    ownCalls,
    callsAllowed,
    last,
    ...(before === undefined ? {} : { before })
  })

const feed = (reader: AnswerReader, lines: ReadonlyArray<BridgeLine>) => {
  const events: Array<GenerationEvent> = []
  for (const line of lines) {
    const reading = reader.read(line)
    if (Result.isFailure(reading)) return { events, reader, error: reading.failure }
    events.push(...reading.success)
  }
  return { events, reader, error: undefined }
}
/** The answer to a text, in one piece. */
const answer = (text: string, more: More = {}, end = finished()) =>
  feed(readerFor(more), [accepted, started, piece(text), end])

const words = (events: ReadonlyArray<GenerationEvent>): string =>
  events.map((event) => (event.type === "text-delta" ? event.text : "")).join("")
const calls = (events: ReadonlyArray<GenerationEvent>) =>
  events.flatMap((event) => (event.type === "tool-call" ? [event.input] : []))
const codes = (reader: AnswerReader) => reader.notices.map(({ code }) => code)

describe("reading an answer of the engine", () => {
  it("keeps the three input counts disjoint", () => {
    const last = answer("Hi").events.findLast((event) => event.type === "usage")
    assert.deepStrictEqual(last, {
      type: "usage",
      usage: { inputTokens: 1, cacheReadTokens: 4, cacheCreationTokens: 5, outputTokens: 7, reasoningTokens: 0 }
    })
  })

  it("counts the pieces that are thoughts", () => {
    const pieces = ["<think>", "Hm", ", ", "so.", "</think>", "Yes."].map(piece)
    const { events } = feed(readerFor(), [accepted, started, ...pieces, finished()])
    const last = events.findLast((event) => event.type === "usage")
    assert.deepStrictEqual([last?.usage.outputTokens, last?.usage.reasoningTokens], [7, 3])
  })

  it("tells the chances of the tokens of words in front of them, and of no others", () => {
    const said = ["<think>", "Hm", "</think>", "Yes", ", it", " is."].flatMap((text) => [likely(text), piece(text)])
    const { events } = feed(readerFor(), [accepted, started, ...said, likely(good), piece(good), finished()])
    const tokens = events.flatMap((event) => (event.type === "token-logprobs" ? event.tokens : []))
    assert.strictEqual(tokens.map(({ token }) => token).join(""), words(events))
    const yes = { token: "Yes", bytes: [89, 101, 115], logprob: -0.5 }
    assert.deepStrictEqual(tokens[0], { ...yes, alternatives: [yes] })
    const first = events.find(({ type }) => type === "token-logprobs" || type === "text-delta")
    assert.strictEqual(first?.type, "token-logprobs")
  })

  it("ends with tool-use when a call was made, whatever the engine says", () => {
    for (const reason of ["stop", "length"] as const)
      assert.deepStrictEqual(answer(good, {}, finished(reason)).events.at(-1), { type: "finished", reason: "tool-use" })
  })

  it("hands a call over as text when calls are not allowed", () => {
    const { events } = answer(good, { callsAllowed: false })
    assert.strictEqual(words(events), good)
    assert.deepStrictEqual(events.at(-1), { type: "finished", reason: "end-turn" })
  })

  it("reports the client's own stop sequence, and no other", () => {
    const asked = { stopSequences: ["END"] }
    const ends = ["END", "<|user|>"].map((stop) => answer("x", { asked }, finished("stop", stop)).events.at(-1))
    assert.deepStrictEqual(ends, [
      { type: "finished", reason: "stop-sequence", stopSequence: "END" },
      { type: "finished", reason: "end-turn" }
    ])
  })

  it("never makes a call that a stop sequence cut off", () => {
    const cut = good.replace("\n</tool_call>", "")
    const { events } = answer(cut, { asked: { stopSequences: ["END"] } }, finished("stop", "END"))
    assert.deepStrictEqual(calls(events), [])
    assert.strictEqual(words(events), cut)
  })

  it("never calls a broken answer finished", () => {
    for (const reason of ["cancelled", "error"] as const) {
      const { events, error } = answer("half", {}, finished(reason))
      assert.strictEqual(error?._tag, "BackendFailed")
      assert.isFalse(events.some((event) => event.type === "finished"))
    }
  })

  it("asks to come back later where the engine has no memory for it", () => {
    const crowded = { ...finished("error"), error: { code: "overloaded", message: "no memory is left" } }
    const { error } = feed(readerFor(), [accepted, crowded])
    assert.strictEqual(error?._tag, "Overloaded")
  })
})

describe("a call", () => {
  it("that is right is made, and nothing is noted", () => {
    const { events, reader } = answer(good)
    assert.deepStrictEqual(calls(events), [{ path: "a" }])
    assert.deepStrictEqual(codes(reader), [])
    assert.isTrue(reader.over)
  })

  it("is remembered as the model wrote it", () => {
    answer(call('{"name": "Read", "arguments": {"path": "a", "limit": 3}}'))
    const part = { type: "tool-call", id: "toolu_1", name: "Read", input: { limit: 3, path: "a" } } as const
    const [turn] = ownCalls.recall(conversation({ turns: [{ role: "assistant", parts: [part] }] })).turns
    assert.deepStrictEqual(turn?.parts, [{ ...part, rawText: '{"path":"a","limit":3}' }])
  })

  it("that could be mended is made, with a notice a rule", () => {
    const { events, reader } = answer(call(`{'name': "read", "arguments": {"path": "a", "limit": "3"}}`))
    assert.deepStrictEqual(calls(events), [{ path: "a", limit: 3 }])
    assert.deepStrictEqual(codes(reader), ["repair-quotes", "repair-tool-name", "repair-text-to-value"])
  })

  it.each([
    ["does not fit its schema", wrong],
    ["cannot be read", broken],
    ["goes to no tool", call('{"name": "Write", "arguments": {}}')]
  ])("that %s is asked for again, and held till then", (_, text) => {
    const { events, reader } = answer(`Look.${text}More.`)
    assert.strictEqual(words(events), "Look.")
    assert.isFalse(reader.over)
    assert.strictEqual(reader.shortfall?.type, "call")
  })

  it("in the place of a refused one comes where that stood", () => {
    const { reader } = answer(`Look.${wrong}More.`)
    const settled = reader.settle([{ type: "tool-call", id: "toolu_2", name: "Read", input: { path: "b" } }], 12)
    assert.deepStrictEqual(
      settled.map((event) => event.type),
      ["tool-call", "text-delta", "usage", "finished"]
    )
    assert.deepStrictEqual(settled.at(-1), { type: "finished", reason: "tool-use" })
    assert.isTrue(reader.over)
  })

  it("that nobody mends goes to the client as it was written", () => {
    const { reader } = answer(wrong)
    assert.deepStrictEqual(calls(reader.settle([], 12)), [{ limit: 3 }])
    assert.deepStrictEqual(codes(reader), ["call-refused"])
  })

  it("that nobody can read goes to the client as text", () => {
    const { reader } = answer(broken)
    const settled = reader.settle([], 12)
    assert.strictEqual(words(settled), broken)
    assert.deepStrictEqual(settled.at(-1), { type: "finished", reason: "end-turn" })
  })

  it.each<[string, string, More, BridgeLine]>([
    ["another one is made", good + wrong, {}, finished()],
    ["the limit was reached", wrong, {}, finished("length")],
    ["this is the second time", wrong, { last: true }, finished()]
  ])("is not asked for again where %s", (_, text, more, end) => {
    const { events, reader } = answer(text, more, end)
    assert.isNull(reader.shortfall)
    assert.deepStrictEqual(calls(events).at(-1), { limit: 3 })
  })

  it("that is broken and names no tool is talk", () => {
    const talk = call('{"name": "x" "y"}')
    assert.strictEqual(words(answer(talk).events), talk)
  })
})

describe("an empty answer", () => {
  it("is asked for again, thinking aside", () => {
    for (const text of [" \n", "<think>Hm.</think>\n"])
      assert.deepStrictEqual(answer(text).reader.shortfall, { type: "empty" })
  })

  it("that stays empty is told", () => {
    assert.match(words(answer("\n", { last: true }).events), /without an answer/)
  })

  it("is none where the limit was reached, or nothing was asked for", () => {
    assert.isNull(answer("", {}, finished("length")).reader.shortfall)
    const warm = answer("", { asked: { maxTokens: 0 } })
    assert.isNull(warm.reader.shortfall)
    assert.strictEqual(words(warm.events), "")
  })
})

describe("a second answer", () => {
  it("begins without a word, and counts the tokens of both", () => {
    const first = answer(wrong).reader
    const { events } = feed(readerFor({ last: true, before: first }), [accepted, started, piece("Hi"), finished()])
    assert.deepStrictEqual(
      events.map((event) => event.type),
      ["heartbeat", "heartbeat", "text-delta", "usage", "finished"]
    )
    const usage = events.find((event) => event.type === "usage")
    assert.strictEqual(usage?.usage.outputTokens, 14)
    assert.strictEqual(usage?.usage.inputTokens, 1)
  })
})

describe("an answer that goes in circles", () => {
  it("ends where nothing but white space comes, and says so", () => {
    const { events, reader } = feed(readerFor(), [accepted, started, piece("Hi"), piece("\n".repeat(2000)), piece("x")])
    assert.match(words(events), /^Hi\n\n\[The answer was ended: .*white space\.\]$/)
    assert.deepStrictEqual(events.at(-1), { type: "finished", reason: "end-turn" })
    assert.isTrue(reader.over)
    assert.deepStrictEqual(codes(reader), ["answer-ended"])
  })

  it("ends where the same call comes a third time; the first two are made", () => {
    const { events, reader } = feed(readerFor(), [accepted, started, piece(good.repeat(9)), finished()])
    assert.strictEqual(calls(events).length, 2)
    assert.deepStrictEqual(events.at(-1), { type: "finished", reason: "tool-use" })
    assert.isTrue(reader.over)
  })

  it("gives exactly one last event", () => {
    const { events } = feed(readerFor(), [accepted, started, piece(good.repeat(9)), piece("x"), finished()])
    assert.strictEqual(events.filter((event) => event.type === "finished").length, 1)
  })
})
