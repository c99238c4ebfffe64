import { assert, describe, it } from "@effect/vitest"
import { detectFamily } from "@pensieve/families"
import type { BridgeModel, Conversation, GenerationEvent, Turn } from "@pensieve/models"
import { makeTurnGatherer, nameOfAnswer } from "../../src/mlx/answered-turn.ts"
import { arrangeFor, type LoadedModel, namedTurns } from "../../src/mlx/plan-generation.ts"

const template = {
  text: "<tools> {{ tool | tojson }} <tool_call> {{ tool_call.name }}",
  system: "anywhere",
  tools: true,
  toolCalls: true,
  toolResults: true,
  alternates: false,
  thinkingOption: null,
  opensReasoning: false
} as const
const card: BridgeModel = {
  name: "m",
  path: "m",
  fingerprint: "f",
  architecture: "qwen3",
  contextLength: 4096,
  window: 4096,
  cacheKinds: ["KVCache"],
  batches: true,
  quantization: null,
  weightBytes: 1,
  device: "cpu",
  blas: "openblas",
  eosTokens: ["<|im_end|>"],
  addedTokens: ["<tool_call>", "</tool_call>", "<think>", "</think>"],
  sampling: {},
  template
}
const family = detectFamily({ templateText: template.text, addedTokens: card.addedTokens, architecture: "qwen3" })
const model: LoadedModel = { card, family, reasoning: null }
const asked: Conversation = {
  model: "m",
  system: [],
  turns: [{ role: "user", parts: [{ type: "text", text: "Look" }] }],
  tools: [],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: {},
  reasoning: { mode: "off", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  stream: true,
  hints: { requestClass: "main", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "anthropic", body: {} }
}
const said: ReadonlyArray<GenerationEvent> = [
  { type: "accepted", promptTokens: 3 },
  { type: "reasoning-delta", text: "H" },
  { type: "reasoning-delta", text: "m" },
  { type: "reasoning-end", signature: "s" },
  { type: "text-delta", text: "I lo" },
  { type: "text-delta", text: "ok.\n" },
  { type: "tool-call", id: "toolu_1", name: "Read", input: { b: 1, a: "x" } },
  { type: "finished", reason: "tool-use" }
]
const gathered = (events: ReadonlyArray<GenerationEvent>) => {
  const gatherer = makeTurnGatherer()
  events.forEach(gatherer.take)
  return gatherer.parts()
}
const nameOf = (conversation: Conversation, events: ReadonlyArray<GenerationEvent>) =>
  nameOfAnswer(conversation, arrangeFor(conversation, model), gathered(events), model)
/** The names that the turns of a later request have. */
const shown = (conversation: Conversation, ...turns: ReadonlyArray<Turn>) => {
  const next = { ...conversation, turns: [...conversation.turns, ...turns] }
  return namedTurns(next, arrangeFor(next, model), model).map(({ key }) => key)
}

describe("an answer that becomes a turn", () => {
  it("is gathered part by part", () => {
    assert.deepStrictEqual(gathered(said), [
      { type: "reasoning", text: "Hm" },
      { type: "text", text: "I look.\n" },
      { type: "tool-call", id: "toolu_1", name: "Read", input: { b: 1, a: "x" } }
    ])
  })

  it("has the name under which the next request shows it", () => {
    const echoed: Turn = {
      role: "assistant",
      parts: [
        { type: "text", text: "I look." },
        { type: "tool-call", id: "toolu_1", name: "Read", input: { a: "x", b: 1 } }
      ]
    }
    const result: Turn = {
      role: "user",
      parts: [{ type: "tool-result", callId: "toolu_1", parts: [{ type: "text", text: "x" }], isError: false }]
    }
    const names = shown(asked, echoed, result)
    assert.strictEqual(nameOf(asked, said), names[1])
    assert.lengthOf(names, 3)
  })

  it("has no name when nothing was said", () => {
    assert.isUndefined(nameOf(asked, [{ type: "finished", reason: "end-turn" }]))
  })

  it("has no name when it goes on with what the client began", () => {
    const begun: Turn = { role: "assistant", parts: [{ type: "text", text: "I" }] }
    assert.isUndefined(nameOf({ ...asked, turns: [...asked.turns, begun] }, said))
  })
})
