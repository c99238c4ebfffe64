import { answerOf, callsTools, chatOf, delta, ending, says, type UpstreamAnswer, words } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { gather, readEvents } from "../src/read-stream.ts"
import { question, token } from "../src/wired-server.ts"

const server = oneServer()

const tools = [
  {
    name: "Read",
    description: "Reads a file",
    input_schema: {
      type: "object",
      properties: { path: { type: "string" }, limit: { type: "integer" } },
      required: ["path"]
    }
  }
]

/** A call whose arguments are this text, as servers hand on what a model wrote. */
const written = (json: string, name = "Read"): UpstreamAnswer =>
  answerOf(delta({ tool_calls: [{ index: 0, id: "c", function: { name, arguments: json } }] }), ending("tool_calls"))

/** The answers in turn, the last one for ever; what came of them, and how often the upstream was asked. */
const ask = async (answers: ReadonlyArray<UpstreamAnswer>, more: object = {}) => {
  const { upstream, post, log } = server()
  const before = { asked: upstream.calls.length, log: log().length }
  const play = (call: number) => answers[Math.min(call - before.asked, answers.length - 1)] ?? says("")
  upstream.play((_, place) => play(place))
  const answer = gather(await readEvents(await post({ ...question, tools, stream: true, ...more })))
  const sent = upstream.calls.slice(before.asked).map(chatOf)
  return { ...answer, sent, rules: rulesIn(log().slice(before.log)) }
}

const rulesIn = (log: string): ReadonlyArray<string> =>
  log.match(/\b(repair-[a-z-]+|call-refused|answer-ended)\b/g) ?? []

const call = (input: object) => [["Read", JSON.stringify(input)]]

describe("a call that an upstream hands on as the model wrote it", () => {
  it("is told as it is where it is right", async () => {
    const { calls, rules, sent } = await ask([written('{"path": "a", "limit": 5}')])
    assert.deepStrictEqual([calls, rules, sent.length], [call({ path: "a", limit: 5 }), [], 1])
  })

  for (const [what, json, name, rule] of [
    ["its JSON has a comma too many", '{"path": "a", "limit": 5,}', "Read", "repair-commas"],
    ["its strings stand in other quotation marks", "{'path': 'a', 'limit': 5}", "Read", "repair-quotes"],
    ["its number is a string", '{"path": "a", "limit": "5"}', "Read", "repair-text-to-value"],
    ["its tool is spelled differently", '{"path": "a", "limit": 5}', "functions.read", "repair-tool-name"],
    ["its arguments were encoded twice", '"{\\"path\\": \\"a\\", \\"limit\\": 5}"', "Read", "repair-arguments-as-text"]
  ] as const)
    it(`is mended where ${what}`, async () => {
      const { calls, rules, sent, stop } = await ask([written(json, name)])
      assert.deepStrictEqual([calls, rules, sent.length, stop], [call({ path: "a", limit: 5 }), [rule], 1, "tool_use"])
    })

  it("is counted by rule where it was mended", async () => {
    const counted = async () => {
      const response = await fetch(`${server().base}/metrics`, { headers: { authorization: `Bearer ${token}` } })
      const found = /^pensieve_mendings_total\{rule="repair-comments"\} (\d+)$/m.exec(await response.text())
      return Number(found?.[1] ?? 0)
    }
    await ask([written('{"path": "a" /* the first */}')])
    assert.strictEqual(await counted(), 1)
    await ask([written('{"path": "a"}')])
    assert.strictEqual(await counted(), 1)
  })

  it("is asked for once more where it lacks an argument, and the client gets the better one", async () => {
    const { calls, sent, stop, text } = await ask([
      answerOf(words("I look."), written('{"limit": 5}').steps.slice(1).join("")),
      written('{"path": "a"}')
    ])
    assert.deepStrictEqual([text, calls, stop, sent.length], ["I look.", call({ path: "a" }), "tool_use", 2])
    const [refused, problem] = sent[1]?.messages.slice(-2) ?? []
    assert.include(JSON.stringify(refused), '"tool_calls"')
    assert.include(JSON.stringify(problem), "path")
  })

  it("goes to the client as it is where the model does no better, whose own refusal the model then gets", async () => {
    const { calls, rules, sent, stop } = await ask([written('{"limit": 5}')])
    assert.deepStrictEqual([calls, stop, sent.length], [call({ limit: 5 }), "tool_use", 2])
    assert.include(rules, "call-refused")
  })

  it("is text where nobody can read it", async () => {
    const { calls, text, stop, sent } = await ask([written('{"path": "a" "b"}')])
    assert.deepStrictEqual([calls, stop, sent.length], [[], "end_turn", 2])
    assert.include(text, '{"path": "a" "b"}')
  })

  it("is not asked for again beside a good one", async () => {
    const { calls, sent } = await ask([
      callsTools({ name: "Read", input: { path: "a" } }, { name: "Read", input: { limit: 5 } })
    ])
    assert.deepStrictEqual([calls, sent.length], [[...call({ path: "a" }), ...call({ limit: 5 })], 1])
  })

  it("in the words is mended as well", async () => {
    const { calls, rules } = await ask([
      says(`<tool_call>\n{"name": "Read", "arguments": {"path": "a",}}\n</tool_call>`)
    ])
    assert.deepStrictEqual([calls, rules], [call({ path: "a" }), ["repair-commas"]])
  })
})

describe("a model behind an upstream that gets nowhere", () => {
  it("is asked once more where it said nothing", async () => {
    const { text, sent } = await ask([answerOf(ending()), says("Here I am.")])
    assert.deepStrictEqual([text, sent.length], ["Here I am.", 2])
  })

  it("is told of in a sentence where it said nothing twice", async () => {
    const { text, sent, stop } = await ask([answerOf(words(" \n"), ending())])
    assert.deepStrictEqual([sent.length, stop], [2, "end_turn"])
    assert.match(text, /ended its turn without an answer/)
  })

  it("is ended where it makes the call again that failed three times", async () => {
    const failed = (id: string) => [
      { role: "assistant", content: [{ type: "tool_use", id, name: "Read", input: { path: "a" } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "no such file", is_error: true }] }
    ]
    const messages = [...question.messages, ...["x", "y", "z"].flatMap(failed)]
    const { calls, text, rules, stop } = await ask([written('{"path": "a"}')], { messages })
    assert.deepStrictEqual([calls, rules, stop], [[], ["answer-ended"], "end_turn"])
    assert.match(text, /failed 3 times in a row/)
  })

  it("is ended where its calls hardly differ, and keeps those before", async () => {
    const inputs = Array.from({ length: 40 }, (_, page) => ({ name: "Read", input: { path: `page-${page}` } }))
    const { calls, rules, stop } = await ask([callsTools(...inputs)])
    assert.deepStrictEqual([calls.length, rules, stop], [24, ["answer-ended"], "tool_use"])
  })

  it("is asked again where its thoughts never ended, call and all", async () => {
    const thoughts = `<think>I should look.\n<tool_call>\n{"name": "Read", "arguments": {"path": "a"}}\n</tool_call>`
    const { calls, sent, thinking, stop } = await ask([says(thoughts), written('{"path": "b"}')])
    assert.deepStrictEqual([calls, sent.length, stop], [call({ path: "b" }), 2, "tool_use"])
    assert.match(thinking, /^I should look\./)
  })

  it("is ended where it writes nothing but white space", async () => {
    const { text, rules, stop } = await ask([{ steps: [words("So:"), words("\n".repeat(2000)), "hang"] }])
    assert.deepStrictEqual([rules, stop], [["answer-ended"], "end_turn"])
    assert.match(text, /^So:\s+\[The answer was ended: the model wrote nothing but white space\.\]$/)
  })
})
