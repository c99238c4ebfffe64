import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Json, JsonObject, Part, ToolDefinition, Turn } from "@pensieve/models"
import fc from "fast-check"
import { arrange, type PromptShape } from "../src/index.ts"
import { bareTemplate, conversation, fullTemplate, nativeFamily, promptedFamily, tool } from "./conversations.ts"

const shapes: ReadonlyArray<readonly [string, PromptShape]> = [
  ["a template that takes everything", { template: fullTemplate, family: nativeFamily }],
  ["a template with one system prompt", { template: { ...fullTemplate, system: "first" }, family: nativeFamily }],
  [
    "a template with tools that demands alternation",
    { template: { ...fullTemplate, alternates: true }, family: nativeFamily }
  ],
  ["a prompted family", { template: { ...fullTemplate, system: "first" }, family: promptedFamily }],
  ["a bare template", { template: bareTemplate, family: promptedFamily }]
]

// Words are unmistakable in the output: no word is part of another, and JSON writes them as they are.
const word = fc.nat({ max: 1_000_000 }).map((n) => `<w${n}>`)

const keyed = fc.dictionary(fc.constantFrom("a", "b", "c", "10", "9", "__proto__"), word, { noNullPrototype: true })
const input: fc.Arbitrary<JsonObject> = fc.record({ first: keyed, second: fc.array(keyed, { maxLength: 2 }) })

const callIds = ["c1", "c2", "c3"]
const textPart = word.map((text): Part => ({ type: "text", text }))
const reference = fc.constantFrom("Late", "Gone").map((name): Part => ({ type: "tool-reference", name }))
const image = word.map((url): Part => ({ type: "image", source: { kind: "url", url } }))
const document = fc
  .tuple(word, word)
  .map(([title, text]): Part => ({ type: "document", title, source: { kind: "text", mediaType: "text/plain", text } }))
const opaque = input.map((value): Part => ({ type: "opaque", wireType: "novel", value }))
const result = fc
  .tuple(fc.constantFrom(...callIds), fc.array(fc.oneof(textPart, image, reference), { maxLength: 2 }), fc.boolean())
  .map(([callId, parts, isError]): Part => ({ type: "tool-result", callId, parts, isError }))
const toolCall = fc
  .tuple(fc.constantFrom(...callIds), fc.constantFrom("Bash", "Other"), input)
  .map(([id, name, value]): Part => ({ type: "tool-call", id, name, input: value }))
const reasoning = word.map((text): Part => ({ type: "reasoning", text }))

const turnOf = (role: Turn["role"], part: fc.Arbitrary<Part>): fc.Arbitrary<Turn> =>
  fc.array(part, { maxLength: 4 }).map((parts) => ({ role, parts }))
const turn = fc.oneof(
  turnOf("user", fc.oneof(textPart, image, document, opaque, result, reference)),
  turnOf("assistant", fc.oneof(textPart, toolCall, reasoning, opaque)),
  turnOf("system", textPart)
)
const definition = fc
  .tuple(word, input)
  .map(([description, inputSchema]) =>
    ["Bash", "Zeta", "Alpha"].map((name): ToolDefinition => tool(name, { description, inputSchema }))
  )

const conversations = fc
  .record({ system: fc.array(textPart, { maxLength: 2 }), turns: fc.array(turn, { maxLength: 8 }), tools: definition })
  .map((content): Conversation =>
    conversation({ ...content, tools: [...content.tools, tool("Late", { deferred: true })] })
  )

/** Every word of a value. */
const wordsOf = (value: unknown): ReadonlyArray<string> => JSON.stringify(value).match(/<w\d+>/g) ?? []

/** The same object with its keys the other way round, at every depth. */
const reversed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(reversed)
  return typeof value === "object" && value !== null ? reversedObject(value) : value
}
const reversedObject = (value: object): JsonObject =>
  Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)])
  )

/** The same conversation as another client might have written it. */
const respelled = (value: Conversation): Conversation => ({
  ...value,
  tools: value.tools.toReversed().map((shown) => ({ ...shown, inputSchema: reversedObject(shown.inputSchema) })),
  system: value.system.flatMap((part) => [part, { type: "text", text: "" }]),
  turns: value.turns.map((sent) => ({ ...sent, parts: sent.parts.flatMap(respelledPart) }))
})
const respelledPart = (part: Part): ReadonlyArray<Part> => {
  switch (part.type) {
    case "tool-call":
      return [{ ...part, input: reversedObject(part.input) }]
    case "opaque":
      return [
        {
          ...part,
          value: {
            cache_control: { type: "ephemeral" },
            ...reversedObject(part.value === null ? {} : Object(part.value))
          }
        }
      ]
    case "text":
      return [part, { type: "text", text: "" }]
    default:
      return [part]
  }
}

describe.each(shapes)("for %s", (_, shape) => {
  it("every word of the conversation reaches the model or a notice", () => {
    fc.assert(
      fc.property(conversations, (sent) => {
        const { messages, notices, tools } = arrange(sent, shape)
        const shown = new Set(wordsOf({ messages, notices, tools }))
        const missing = wordsOf([sent.system, sent.turns, sent.tools]).filter((one) => !shown.has(one))
        assert.deepStrictEqual(missing, [])
      })
    )
  })

  it("key order, tool order, cache marks and empty texts change no byte", () => {
    fc.assert(
      fc.property(conversations, (sent) => {
        const { messages, tools } = arrange(sent, shape)
        const again = arrange(respelled(sent), shape)
        assert.strictEqual(JSON.stringify([again.messages, again.tools]), JSON.stringify([messages, tools]))
      })
    )
  })

  it("turns added after the first assistant turn change nothing that was there", () => {
    fc.assert(
      fc.property(conversations, fc.nat({ max: 8 }), (sent, cut) => {
        const firstAnswer = sent.turns.findIndex((one) => one.role === "assistant")
        fc.pre(firstAnswer !== -1)
        const before = arrange({ ...sent, turns: sent.turns.slice(0, firstAnswer + 1 + cut) }, shape)
        const after = arrange(sent, shape)
        assert.deepStrictEqual(after.tools, before.tools)
        const settled = shape.template.alternates ? before.messages.slice(0, -1) : before.messages
        assert.deepStrictEqual(after.messages.slice(0, settled.length), settled)
        const last = before.messages.at(-1)
        const grown = after.messages[before.messages.length - 1]
        assert.isTrue(grown?.role === last?.role && (grown?.content ?? "").startsWith(last?.content ?? ""))
      })
    )
  })
})

describe("a template that demands alternation", () => {
  it("gets user and assistant in turn, and a user first", () => {
    fc.assert(
      fc.property(conversations, (sent) => {
        const roles = arrange(sent, { template: bareTemplate, family: promptedFamily }).messages.map(
          (message) => message.role
        )
        assert.deepStrictEqual(
          roles,
          roles.map((_, index) => (index % 2 === 0 ? "user" : "assistant"))
        )
      })
    )
  })
})
