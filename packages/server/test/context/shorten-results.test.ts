import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Part, Turn } from "@pensieve/models"
import fc from "fast-check"
import { shortenResults } from "../../src/context/shorten-results.ts"

const text = (words: string): Part => ({ type: "text", text: words })
const result = (...parts: ReadonlyArray<Part>): Part => ({ type: "tool-result", callId: "t", parts, isError: false })
const image: Part = { type: "image", source: { kind: "url", url: "x".repeat(5000) } }
const instruction = text("Sum it up. ".repeat(500))

const conversation = (...turns: ReadonlyArray<Turn>): Conversation => ({
  model: "m",
  system: [text("s".repeat(5000))],
  turns: [...turns, { role: "user", parts: [instruction] }],
  tools: [],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: {},
  reasoning: { mode: "off", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  stream: false,
  hints: { requestClass: "compaction", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "anthropic", body: {}, text: "{}" }
})

const user = (...parts: ReadonlyArray<Part>): Turn => ({ role: "user", parts })

describe("a conversation that is too long to be summed up", () => {
  it("loses the middle of its longest texts, and nothing else", () => {
    const answer: Turn = { role: "assistant", parts: [text("a".repeat(9000))] }
    const [short, long] = [text("b".repeat(3000)), text(`<${"c".repeat(20_000)}>`)]
    const whole = conversation(user(result(short, image)), answer, user(result(long)))
    const { conversation: shortened, cut } = shortenResults(whole, 10_000)
    assert.deepStrictEqual(shortened.turns.slice(0, 2), whole.turns.slice(0, 2))
    assert.deepStrictEqual(shortened.turns.at(-1), whole.turns.at(-1))
    assert.strictEqual(shortened.system, whole.system)
    assert.match(JSON.stringify(shortened.turns[2]), /"<c+\\n\[… \d+ characters are left out here, .*\]\\nc+>"/)
    assert.strictEqual(cut, 10_000)
  })

  it("does not go on as it was sent", () => {
    assert.deepStrictEqual(shortenResults(conversation(), 1).conversation.source, { dialect: "changed", body: {} })
  })

  it("loses what was asked for, as far as there is something to cut, and no half of a character", () => {
    const words = fc.string({ unit: fc.constantFrom("a", "é", "🎉"), maxLength: 4000, size: "max" })
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), fc.nat(20_000), (texts, wanted) => {
        const whole = conversation(...texts.map((one) => user(result(text(one)))))
        const { conversation: shortened, cut } = shortenResults(whole, wanted)
        const lengthOf = ({ turns }: Conversation) => JSON.stringify(turns).length
        const most = texts.reduce((sum, one) => sum + Math.max(0, one.length - 800), 0)
        assert.isAtLeast(cut, Math.min(wanted, most))
        assert.isAtMost(lengthOf(shortened), lengthOf(whole))
        assert.isTrue(JSON.stringify(shortened.turns).isWellFormed())
        assert.notMatch(JSON.stringify(shortened.turns), /\\ud[89a-f]/)
      })
    )
  })
})
