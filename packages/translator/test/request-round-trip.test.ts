import { assert, describe, it } from "@effect/vitest"
import type { InvalidRequest } from "@pensieve/errors"
import type { Conversation, Part, ReasoningRequest, Turn } from "@pensieve/models"
import { anthropic, openaiChat, openaiResponses } from "@pensieve/translator"
import { Result } from "effect"
import fc from "fast-check"
import { assistant, call, conversationOf, image, result, text, tool, user } from "./conversation.ts"

const words = fc.string({ minLength: 1, maxLength: 8 }).map((value) => `w${value}w`)
const input = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom(1, "x", null, true), { maxKeys: 2 })

/** What an assistant said, thought and called, and what the tools gave. */
const step = (signature: string) =>
  fc
    .record({
      thought: fc.option(words, { nil: undefined }),
      said: fc.option(words, { nil: undefined }),
      calls: fc.array(fc.tuple(fc.constantFrom("ls", "cat"), input, words), { maxLength: 3 }),
      next: words
    })
    .map(({ thought, said, calls, next }) => (place: number): ReadonlyArray<Turn> => {
      const id = (index: number) => `call_${place}_${index}`
      const parts: ReadonlyArray<Part> = [
        ...(thought === undefined || signature === ""
          ? []
          : [{ type: "reasoning", text: thought, signature } as const]),
        ...(said === undefined && calls.length > 0 ? [] : [text(said ?? "ok")]),
        ...calls.map(([name, value], index) => call(id(index), name, value))
      ]
      const results = calls.map(([, , given], index) => result(id(index), text(given)))
      return [assistant(...parts), results.length === 0 ? user(text(next)) : user(...results)]
    })

const turns = (signature: string): fc.Arbitrary<ReadonlyArray<Turn>> =>
  fc
    .tuple(words, fc.boolean(), fc.array(step(signature), { maxLength: 4 }))
    .map(([first, shows, steps]) => [
      shows ? user(text(first), image("image/png")) : user(text(first)),
      ...steps.flatMap((make, place) => make(place))
    ])

const unit = fc.constantFrom(0, 0.25, 1)
const toolChoice = fc.constantFrom<Conversation["toolChoice"]>(
  { type: "auto" },
  { type: "any" },
  { type: "none" },
  { type: "tool", name: "ls" }
)

/** What all three dialects can say. */
const common = fc
  .record({
    system: words.map((value) => [text(value)]),
    tools: fc.constant([tool("cat"), { ...tool("ls"), description: "Lists." }]),
    toolChoice,
    parallelToolCalls: fc.boolean(),
    sampling: fc.record({ temperature: unit, topP: unit }),
    maxTokens: fc.integer({ min: 100, max: 9000 }),
    stream: fc.boolean()
  })
  // Where no tool may be called, how many at once is not asked.
  .map((fields) => (fields.toolChoice.type === "none" ? { ...fields, parallelToolCalls: true } : fields))

const schema = { type: "object", properties: {} }
const stopSequences = fc.constantFrom([], ["END"], ["a", "b"])
const efforts = fc.constantFrom<NonNullable<ReasoningRequest["effort"]>>("low", "high", "max")

/** The fields that say what is asked; the rest tells how it came. */
const asked = ({ notices: _n, source: _s, hints: _h, model: _m, ...rest }: Conversation) => rest

type Decoded = Result.Result<Conversation, InvalidRequest>

const expectSame = (
  fields: fc.Arbitrary<Partial<Conversation>>,
  encode: (conversation: Conversation) => { readonly body: unknown; readonly notices: Conversation["notices"] },
  decode: (body: unknown) => Decoded
): void =>
  fc.assert(
    fc.property(common, fields, (shared, own) => {
      const conversation = conversationOf({ ...shared, ...own })
      const { body, notices } = encode(conversation)
      assert.deepStrictEqual(notices, [])
      const read = Result.getOrThrow(decode(JSON.parse(JSON.stringify(body))))
      assert.deepStrictEqual(read.notices, [])
      assert.deepStrictEqual(asked(read), asked(conversation))
    }),
    { numRuns: 150 }
  )

describe("a conversation that is encoded and decoded is the same", () => {
  it("in Anthropic's Messages", () => {
    const options = fc.oneof(
      fc.record({ reasoning: fc.constant({ mode: "off", display: "full" } as const) }),
      efforts.map((effort) => ({
        reasoning: { mode: "auto", effort, display: "omitted" } as const,
        sampling: {},
        toolChoice: { type: "auto" } as const
      }))
    )
    const fields = fc
      .record({
        turns: turns("EqQB"),
        stopSequences,
        output: fc.constantFrom({ type: "text" } as const, { type: "json-schema", schema } as const)
      })
      .chain((own) => options.map((more) => ({ ...own, ...more })))
    expectSame(
      fields,
      (conversation) => anthropic.encodeRequest(conversation, { model: "m", stream: conversation.stream }),
      (body) => anthropic.decodeRequest(body, { headers: {} })
    )
  })

  it("in chat completions", () => {
    const fields = fc.record({
      turns: turns(""),
      stopSequences,
      output: fc.constantFrom(
        { type: "text" } as const,
        { type: "json" } as const,
        { type: "json-schema", schema, name: "n" } as const
      ),
      reasoning: efforts.map((effort) => ({ mode: "auto", effort, display: "full" }) as const),
      topLogprobs: fc.nat(5)
    })
    expectSame(
      fields,
      (conversation) =>
        openaiChat.encodeRequest(conversation, {
          model: "m",
          stream: conversation.stream,
          reasoningControl: "effort"
        }),
      (body) => openaiChat.decodeRequest(body, { headers: {} })
    )
  })

  it("in OpenAI's Responses", () => {
    const fields = fc.record({
      turns: turns("openai-responses:gAAA"),
      output: fc.constantFrom(
        { type: "text" } as const,
        { type: "json" } as const,
        { type: "json-schema", schema, name: "n" } as const
      ),
      reasoning: fc
        .tuple(efforts, fc.constantFrom("full" as const, "omitted" as const))
        .map(([effort, display]) => ({ mode: "auto", effort, display }) as const),
      topLogprobs: fc.nat(5)
    })
    expectSame(
      fields,
      (conversation) => openaiResponses.encodeRequest(conversation, { model: "m", stream: conversation.stream }),
      (body) => openaiResponses.decodeRequest(body, { headers: {} })
    )
  })
})
