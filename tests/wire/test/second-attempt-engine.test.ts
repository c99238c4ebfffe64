import { type Proxy, startProxy, tinyModel, until } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { gather, readEvents } from "../src/read-stream.ts"

// A rule that no grammar holds: it is looked at behind the answer.
const paths = { type: "array", items: { type: "string" }, uniqueItems: true }
const tools = [{ name: "Read", input_schema: { type: "object", properties: { paths }, required: ["paths"] } }]

const read = (...paths: ReadonlyArray<string>) => ({ call: { name: "Read", input: { paths } } })
const made = (...paths: ReadonlyArray<string>) => ["Read", JSON.stringify({ paths })]
const thinks = [{ marker: "<think>" }, { text: "I should look." }]

/** What the model is made to say, and what where it is asked for once more. */
const said = {
  nothing: [[], [{ text: "Here I am." }]],
  nothingTwice: [[], []],
  thoughts: [thinks, [{ text: "I looked." }]],
  callInThoughts: [[...thinks, read("a")], []],
  doubledPath: [[{ text: "Let me see." }, read("a", "a")], [read("a", "b")]],
  space: [[{ text: `So:${"\n".repeat(2000)}` }], []],
  sameCalls: [[read("a"), read("a"), read("a"), read("b")], []],
  failedCall: [[read("a")], []]
} as const

type Said = keyof typeof said
const places = Object.keys(said)

const failed = ["toolu_1", "toolu_2", "toolu_3"].flatMap((id) => [
  { role: "assistant", content: [{ type: "tool_use", id, name: "Read", input: { paths: ["a"] } }] },
  { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "no such file", is_error: true }] }
])
const earlier = [
  { role: "user", content: "Hello." },
  { role: "assistant", content: "Yes?" }
]

describe("a model in the engine that gets nowhere", () => {
  let proxy: Proxy
  beforeAll(async () => {
    const answers = Object.values(said)
    const script = { main: answers.map(([first]) => first), again: answers.map(([, again]) => again) }
    proxy = await startProxy({ model: await tinyModel("long"), script })
  }, 120_000)
  afterAll(() => proxy.stop())

  /** A script's answers go by how many came before in the conversation. */
  const ask = async (what: Said, more: ReadonlyArray<object> = []) => {
    const before = proxy.log().length
    const past = Array.from({ length: places.indexOf(what) - more.length / 2 }, () => earlier).flat()
    const response = await fetch(`${proxy.base}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": proxy.token, "content-type": "application/json" },
      body: JSON.stringify({
        model: "m",
        max_tokens: 4000,
        stream: true,
        thinking: { type: "enabled", budget_tokens: 1024 },
        tools,
        messages: [...past, { role: "user", content: "Read the file." }, ...more]
      })
    })
    const notices = response.headers.get("x-pensieve-notices") ?? ""
    const answer = gather(await readEvents(response))
    // The log is another process's: what it says may be read a moment later than the answer.
    const isEnded = () => proxy.log().slice(before).includes("code=answer-ended") || undefined
    const ended = () => until("the log says that the answer was ended", 10_000, isEnded)
    return { ...answer, notices, ended }
  }

  it("is asked once more where it said nothing", async () => {
    const { text, stop } = await ask("nothing")
    assert.deepStrictEqual([text, stop], ["Here I am.", "end_turn"])
  })

  it("is told of in a sentence where it said nothing twice", async () => {
    const { text, stop } = await ask("nothingTwice")
    assert.deepStrictEqual([text, stop], ["[The model ended its turn without an answer.]", "end_turn"])
  })

  it("is asked once more where its thoughts never ended", async () => {
    const { thinking, text, stop } = await ask("thoughts")
    assert.deepStrictEqual([thinking, text, stop], ["I should look.", "I looked.", "end_turn"])
  })

  it("cannot call before its thoughts have ended", async () => {
    const { calls, error } = await ask("callInThoughts")
    assert.deepStrictEqual(calls, [])
    assert.match(error ?? "", /the grammar refuses forced\[2\]/)
  })

  it("is asked once more where a call breaks a rule of its schema that no grammar holds", async () => {
    const { text, calls, stop, notices } = await ask("doubledPath")
    assert.deepStrictEqual([text, calls, stop], ["Let me see.", [made("a", "b")], "tool_use"])
    assert.include(notices, "schema-rule-checked-later")
  })

  it("is ended where it writes nothing but white space", async () => {
    const { text, stop, ended } = await ask("space")
    assert.match(text, /^So:\s+\[The answer was ended: the model wrote nothing but white space\.\]$/)
    assert.strictEqual(stop, "end_turn")
    await ended()
  })

  it("is ended where the same call comes a third time, and keeps those before", async () => {
    const { calls, stop, ended } = await ask("sameCalls")
    assert.deepStrictEqual([calls, stop], [[made("a"), made("a")], "tool_use"])
    await ended()
  })

  it("is ended where it makes the call again that failed three times", async () => {
    const { calls, text, stop, ended } = await ask("failedCall", failed)
    assert.deepStrictEqual([calls, stop], [[], "end_turn"])
    await ended()
    assert.match(text, /failed 3 times in a row/)
  })
})
