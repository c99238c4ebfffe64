import { assert, describe, it } from "@effect/vitest"
import type { Conversation, ReasoningRequest } from "@pensieve/models"
import { encodeRequest, type RequestOptions } from "@pensieve/translator/anthropic"
import { assistant, call, codesOf, conversationOf, result, text, tool, user } from "../conversation.ts"

const encoded = (
  reasoning: Partial<ReasoningRequest>,
  options: Partial<RequestOptions> = {},
  fields: Partial<Conversation> = {}
) =>
  encodeRequest(conversationOf({ reasoning: { mode: "auto", display: "full", ...reasoning }, ...fields }), {
    model: "claude",
    ...options
  })

const budget = { thinking: "budget" } as const
const none = { thinking: "none" } as const

describe("thinking", () => {
  it("that nobody asked for is left to the model", () => {
    for (const options of [{}, budget, none]) assert.notProperty(encoded({}, options).body, "thinking")
  })

  it("that is not wanted is switched off", () => {
    assert.deepInclude(encoded({ mode: "off", effort: "none" }).body, { thinking: { type: "disabled" } })
    assert.notProperty(encoded({ mode: "off" }, none).body, "thinking")
  })

  it("under an effort is the model's own measure", () => {
    const { body, notices } = encoded({ effort: "high" })
    assert.deepInclude(body, {
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "high" }
    })
    assert.deepStrictEqual(notices, [])
    assert.deepInclude(encoded({ effort: "minimal", display: "omitted" }).body, {
      thinking: { type: "adaptive", display: "omitted" },
      output_config: { effort: "low" }
    })
  })

  it("stands beside the form of the answer", () => {
    const output = { type: "json-schema", schema: { type: "object" } } as const
    assert.deepInclude(encoded({ effort: "low" }, {}, { output }).body, {
      output_config: { effort: "low", format: { type: "json_schema", schema: { type: "object" } } }
    })
  })

  it.each([
    ["minimal", 1024],
    ["low", 2048],
    ["max", 31_999]
  ] as const)("with effort %s is a budget of %i tokens for models that want one", (effort, tokens) => {
    assert.deepInclude(encoded({ effort }, budget).body, {
      thinking: { type: "enabled", budget_tokens: tokens, display: "summarized" }
    })
  })

  it("stays below the bound of the answer, or does not take place", () => {
    const asked = { mode: "budget", budgetTokens: 9000 } as const
    assert.deepInclude(encoded(asked, budget, { maxTokens: 5000 }).body, {
      thinking: { type: "enabled", budget_tokens: 4999, display: "summarized" }
    })
    const small = encoded(asked, budget, { maxTokens: 1000 })
    assert.notProperty(small.body, "thinking")
    assert.deepStrictEqual(codesOf(small), ["thinking-not-sent"])
  })

  it("is told to be impossible for models that do not think, and before a call that is forced", () => {
    const forced = { tools: [tool("ls")], toolChoice: { type: "any" } } as const
    for (const request of [encoded({ effort: "high" }, none), encoded({ effort: "high" }, {}, forced)]) {
      assert.notProperty(request.body, "thinking")
      assert.deepStrictEqual(codesOf(request), ["thinking-not-sent"])
    }
  })

  it("with a budget pauses between calls whose thought the client did not keep", () => {
    const turns = [user(text("go")), assistant(call("c", "ls")), user(result("c", text("ok")))]
    const fields = { turns, tools: [tool("ls")] }
    assert.deepStrictEqual(codesOf(encoded({ effort: "high" }, budget, fields)), ["thinking-not-sent"])
    assert.property(encoded({ effort: "high" }, {}, fields).body, "thinking")
  })

  it("takes no sampling beside it", () => {
    const request = encoded({ effort: "high" }, {}, { sampling: { temperature: 0.2, topP: 0.9 } })
    assert.doesNotHaveAnyKeys(request.body, ["temperature", "top_p"])
    assert.deepStrictEqual(codesOf(request), ["sampling-not-sent", "sampling-not-sent"])
    assert.property(encoded({ mode: "off" }, {}, { sampling: { temperature: 0.2 } }).body, "temperature")
  })
})
