import { assert, describe, it } from "@effect/vitest"
import { detectFamily } from "@pensieve/families"
import type { Conversation } from "@pensieve/models"
import { Result } from "effect"
import { conversation as someConversation } from "../conversation.ts"
import { forcedPieces, parseForcedScript } from "../../src/mlx/forced-script.ts"

const family = detectFamily({
  templateText: "<tool_call> tool_call.name {{ x | tojson }}",
  addedTokens: ["<tool_call>", "</tool_call>"],
  architecture: "qwen3"
})
const conversation = (answers: number): Conversation =>
  someConversation({ tools: [], turns: Array.from({ length: answers }, () => ({ role: "assistant", parts: [] })) })

describe("a forced script", () => {
  const script = Result.getOrThrow(
    parseForcedScript(
      JSON.stringify({
        main: [[{ text: "one" }], [{ text: "two" }, { call: { name: "Read", input: { file_path: "a" } } }]]
      })
    )
  )

  it("gives the answer for the place in the conversation, and none behind the last", () => {
    assert.deepStrictEqual(forcedPieces(script, conversation(0), family, [], 5).first, [{ text: "one" }])
    assert.isUndefined(forcedPieces(script, conversation(2), family, [], 0).first)
  })

  it("gives answers in the order of the requests where it holds such", () => {
    const ordered = { "*": [[{ text: "first" }], [{ text: "second" }]] }
    const given = [0, 1, 2].map((arrival) => forcedPieces(ordered, conversation(4), family, [], arrival).first)
    assert.deepStrictEqual(given, [[{ text: "first" }], [{ text: "second" }], undefined])
  })

  it("gives another answer where one is asked for again, and only where it holds such", () => {
    const twice = { main: [[], []], again: [[{ text: "better" }]] }
    assert.deepStrictEqual(forcedPieces(twice, conversation(0), family, [], 0), {
      first: [],
      again: [{ text: "better" }]
    })
    assert.deepStrictEqual(forcedPieces(twice, conversation(1), family, [], 0), { first: [], again: undefined })
  })

  it("writes a call with the vocabulary's own markers", () => {
    const pieces = forcedPieces(script, conversation(1), family, ["<tool_call>", "</tool_call>"], 0).first ?? []
    assert.deepStrictEqual(
      pieces.filter((piece) => "marker" in piece),
      [{ marker: "<tool_call>" }, { marker: "</tool_call>" }]
    )
    assert.match(JSON.stringify(pieces), /Read/)
  })

  it("says what is wrong with a script", () => {
    for (const text of ["{", `{"main": [[{"txt": "x"}]]}`, `{"main": "x"}`])
      assert.isTrue(Result.isFailure(parseForcedScript(text)))
  })
})
