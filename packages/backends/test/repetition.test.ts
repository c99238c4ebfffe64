import { assert, describe, it } from "@effect/vitest"
import type { Conversation, JsonObject, Turn } from "@pensieve/models"
import { conversation as someConversation } from "./conversation.ts"
import { watchCalls, watchSpace } from "../src/repetition.ts"

const conversation = (turns: ReadonlyArray<Turn>): Conversation => someConversation({ turns })

const bash = { name: "Bash", input: { command: "make", timeout: 5 } }
const user: Turn = { role: "user", parts: [{ type: "text", text: "Build it." }] }
/** A call and its result, as the client gives them back: keys in another order, a reminder beside the result. */
const round = (
  id: string,
  isError: boolean,
  input: JsonObject = { timeout: 5, command: "make" }
): ReadonlyArray<Turn> => [
  { role: "assistant", parts: [{ type: "tool-call", id, name: "Bash", input }] },
  {
    role: "user",
    parts: [
      { type: "tool-result", callId: id, parts: [{ type: "text", text: "no" }], isError },
      { type: "text", text: "A reminder." }
    ]
  }
]

describe("a call that fails again and again", () => {
  it("is not made a fourth time", () => {
    const past = [user, ...round("1", true), ...round("2", true), ...round("3", true)]
    assert.match(watchCalls(conversation(past))(bash) ?? "", /Bash.*failed 3 times/)
  })

  it.each<[string, ReadonlyArray<Turn>]>([
    ["it failed twice", [user, ...round("1", true), ...round("2", true)]],
    ["it worked in between", [user, ...round("1", true), ...round("2", true), ...round("3", false)]],
    [
      "another call came in between",
      [user, ...round("1", true), ...round("2", true), ...round("3", true, { command: "ls" }), ...round("4", true)]
    ],
    ["the user said something", [user, ...round("1", true), ...round("2", true), ...round("3", true), user]]
  ])("may be made where %s", (_, past) => {
    assert.isNull(watchCalls(conversation(past))(bash))
  })

  it("may be made with other arguments", () => {
    const past = [user, ...round("1", true), ...round("2", true), ...round("3", true)]
    assert.isNull(watchCalls(conversation(past))({ name: "Bash", input: { command: "make clean" } }))
  })
})

describe("calls of one answer", () => {
  const told = (inputs: ReadonlyArray<JsonObject>) => {
    const watch = watchCalls(conversation([user]))
    return inputs.map((input) => watch({ name: "Read", input }) !== null)
  }

  it("may be the same twice, not three times", () => {
    assert.deepStrictEqual(told([{ a: 1 }, { a: 1 }, { a: 1 }]), [false, false, true])
  })

  it("may read a file in many parts, not without end", () => {
    const parts = told(Array.from({ length: 40 }, (_, index) => ({ path: "a", offset: index * 2000 })))
    assert.isTrue(parts.slice(0, 20).every((one) => !one))
    assert.isTrue(parts.at(-1))
  })

  it("may be many where they differ", () => {
    const names = Array.from({ length: 60 }, (_, index) => ({
      path: String.fromCharCode(97 + (index % 26)) + (index > 25 ? "x" : "") + (index > 51 ? "y" : "")
    }))
    assert.isTrue(told(names).every((one) => !one))
  })
})

describe("white space", () => {
  it("is noticed once nothing else has come for too long, in pieces of any size", () => {
    for (const size of [1, 7, 4096]) {
      const watch = watchSpace()
      const text = `word${" \n".repeat(2048)}`
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        text.slice(index * size, (index + 1) * size)
      )
      assert.isTrue(pieces.map(watch).at(-1))
    }
  })

  it("between words is none of its business, however much it is", () => {
    const watch = watchSpace()
    assert.isFalse(Array.from({ length: 500 }, () => watch(`${" ".repeat(500)}x`)).includes(true))
  })
})
