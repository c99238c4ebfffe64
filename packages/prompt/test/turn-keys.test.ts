import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Part } from "@pensieve/models"
import { createHash } from "node:crypto"
import { arrange, turnKeys } from "../src/index.ts"
import { assistant, call, conversation, fullTemplate, nativeFamily, result, text, tool, user } from "./conversations.ts"

const sha256 = (words: string): string => createHash("sha256").update(words).digest("hex")

const keys = (sent: Conversation, options = {}): ReadonlyArray<string> =>
  turnKeys(arrange(sent, { template: fullTemplate, family: nativeFamily }), options, sha256).map(({ key }) => key)

const thought: Part = { type: "reasoning", text: "Hm." }
const sent = conversation({
  system: [text("You help.")],
  tools: [tool("Bash"), tool("Read")],
  turns: [
    user("Hi"),
    assistant(thought, "On it.", call("c1", "Bash", { a: 1, b: "x\\u00a0y" })),
    user(result("c1", "ok")),
    assistant("Done.")
  ]
})
const [hi, onIt, ok, done] = [
  user("Hi"),
  assistant("On it.", call("c1", "Bash", { b: "x\u00a0y", a: 1 })),
  user(result("c1", "ok")),
  assistant("Done.")
]

describe("turn keys", () => {
  it("name one message each, in order", () => {
    const named = turnKeys(arrange(sent, { template: fullTemplate, family: nativeFamily }), {}, sha256)
    assert.deepStrictEqual(
      named.map(({ message }) => message),
      [0, 1, 2, 3, 4]
    )
    assert.lengthOf(new Set(named.map(({ key }) => key)), 5)
  })

  it("are the same without the reasoning, with other key order and with what clients make of an escape", () => {
    assert.deepStrictEqual(keys({ ...sent, turns: [hi, onIt, ok, done], tools: sent.tools.toReversed() }), keys(sent))
  })

  it("are the same for what was said with and without blanks around it", () => {
    const untrimmed = [hi, assistant("\nOn it.\n\n", call("c1", "Bash", { a: 1, b: "x\u00a0y" })), ok, done]
    assert.deepStrictEqual(keys({ ...sent, turns: untrimmed }), keys(sent))
    assert.notDeepEqual(keys({ ...sent, turns: [user("Hi "), onIt, ok, done] }), keys(sent))
  })

  it("stay the same when turns are added", () => {
    const longer = keys({ ...sent, turns: [...sent.turns, user("Thanks")] })
    assert.deepStrictEqual(longer.slice(0, 5), keys(sent))
    assert.lengthOf(longer, 6)
  })

  it("change from a changed turn on", () => {
    const edited = keys({
      ...sent,
      turns: [hi, assistant("On it!", call("c1", "Bash", { a: 1, b: "x\u00a0y" })), ok, done]
    })
    const same = keys(sent).map((key, index) => key === edited[index])
    assert.deepStrictEqual(same, [true, true, false, false, false])
  })

  it.each([
    ["a tool", { ...sent, tools: [tool("Bash")] }, {}],
    ["the system prompt", { ...sent, system: [text("You help!")] }, {}],
    ["an option", sent, { enable_thinking: false }]
  ])("all change with %s", (_, other, options) => {
    const before = keys(sent)
    assert.isTrue(keys(other, options).every((key, index) => key !== before[index]))
  })
})
