import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { lessonOf } from "../../src/openai/lessons.ts"
import { type TraitPatch, type Traits, unknownServer, withTraits } from "../../src/openai/traits.ts"
import { shaped, tool } from "./probed.ts"

const refusal = (text: string, status = 400) => ({ status, text: JSON.stringify({ error: { message: text } }) })

const image = { type: "image", source: { kind: "base64", mediaType: "image/png", data: "QUJD" } } as const
const everything: Partial<Conversation> = {
  turns: [{ role: "user", parts: [{ type: "text", text: "Hi" }, image] }],
  tools: [tool("Read")],
  toolChoice: { type: "tool", name: "Read" },
  parallelToolCalls: false,
  maxTokens: 50_000,
  sampling: { temperature: 0.3, topK: 5, minP: 0.1, topP: 0.9, seed: 1 },
  stopSequences: ["</block>"],
  reasoning: { mode: "auto", display: "full", effort: "xhigh" },
  output: { type: "json" }
}

const learned = (text: string, patch: TraitPatch = {}, status = 400) => {
  const traits = withTraits(unknownServer, { ...patch, request: { reasoningControl: "effort", ...patch.request } })
  return lessonOf(refusal(text, status), shaped(traits, everything), traits)?.patch
}

describe("a refusal teaches", () => {
  const unsent = (...fields: ReadonlyArray<string>): TraitPatch => ({ unsent: new Set(fields) })
  const table: ReadonlyArray<readonly [string, TraitPatch]> = [
    [
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { request: { maxTokensField: "max_completion_tokens" } }
    ],
    ["max_tokens is too large: 50000. This model supports at most 16384 completion tokens.", { mostMaxTokens: 16384 }],
    ["max_tokens exceeds server limit (32768)", { mostMaxTokens: 32768 }],
    ["`max_tokens` must be less than or equal to `8192`", { mostMaxTokens: 8192 }],
    [
      "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.",
      unsent("temperature")
    ],
    ["Unrecognized request argument supplied: top_k", unsent("top_k")],
    ["Unrecognized request arguments supplied: min_p, top_k", unsent("top_k", "min_p")],
    ["Unknown parameter: 'min_p'.", unsent("min_p")],
    ["property 'seed' is unsupported", unsent("seed")],
    ['Invalid JSON payload received. Unknown name "top_k": Cannot find field.', unsent("top_k")],
    ["Unsupported parameter: 'stop' is not supported with this model.", unsent("stop")],
    ["Unrecognized request argument supplied: reasoning_effort", unsent("reasoning_effort")],
    ["Unsupported parameter: 'parallel_tool_calls' is not supported", unsent("parallel_tool_calls")],
    ["stream_options is not supported", unsent("stream_options")],
    ["Invalid tool_choice type: 'object'. Supported string values: none, auto, required", { toolChoice: "words" }],
    ["'response_format.type' must be 'json_schema' or 'text'", { answerFormats: { jsonObject: false } }],
    ["tools and response_format cannot be combined", { answerFormats: { withTools: false } }],
    ["registry.ollama.ai/library/gemma3:4b does not support tools", { toolForm: "prompted" }],
    [
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      { toolForm: "prompted" }
    ],
    ["tools param requires --jinja flag", { toolForm: "prompted" }],
    ["System message must be at the beginning.", { request: { systemTurns: "folded" } }],
    ["Conversation roles must alternate user/assistant/user/assistant/...", { request: { systemTurns: "folded" } }],
    [
      "image input is not supported - hint: you may need to provide the mmproj",
      { request: { images: false, toolMedia: "placeholder" } }
    ],
    ["Only 'text' content type is supported.", { request: { images: false, toolMedia: "placeholder" } }],
    ["Failed to initialize samplers: failed to parse grammar", { schemas: "plain" }],
    [
      "Invalid JSON payload received. Unknown name \"$schema\" at 'tools[0].function_declarations[0].parameters': Cannot find field.",
      { schemas: "plain" }
    ],
    ["Your organization must be verified to stream this model. (param: stream, unsupported value)", { streams: false }]
  ]
  for (const [text, patch] of table)
    it(`${text.slice(0, 80)}`, () => {
      assert.deepStrictEqual(learned(text), patch)
    })

  it("FastAPI's form of it as well", () => {
    const traits = unknownServer
    const text = JSON.stringify({
      detail: [{ type: "extra_forbidden", loc: ["body", "top_k"], msg: "Extra inputs are not permitted" }]
    })
    const lesson = lessonOf({ status: 422, text }, shaped(traits, everything), traits)
    assert.deepStrictEqual(lesson?.patch, unsent("top_k"))
  })

  it("that earlier thinking is not wanted", () => {
    assert.deepStrictEqual(
      learned("'messages.1' : property 'reasoning_content' is unsupported", {
        request: { reasoningHistory: "reasoning_content" }
      }),
      { request: { reasoningHistory: "dropped" } }
    )
  })

  it("that developer is not known", () => {
    assert.deepStrictEqual(learned("unknown role: developer", { request: { systemRole: "developer" } }), {
      request: { systemRole: "system" }
    })
  })

  it("more to what is known already", () => {
    assert.deepStrictEqual(learned("Unknown parameter: 'min_p'.", unsent("top_k")), unsent("top_k", "min_p"))
  })
})

describe("a refusal teaches nothing", () => {
  for (const text of [
    "The model is out of memory",
    "Invalid value for temperature in the weather tool: it must be hot",
    "Got: ConnectError: [Errno -2] Name or service not known. cannot find the snapshot folder for the specified revision",
    "messages: content must be a string"
  ])
    it(`that is about something else: ${text.slice(0, 50)}`, () => {
      const traits: Traits = unknownServer
      const plain = shaped(traits, { sampling: {} })
      assert.isUndefined(lessonOf(refusal(text), plain, traits))
    })

  it("with a status that is no refusal", () => {
    assert.isUndefined(learned("Unknown parameter: 'top_k'.", {}, 429))
    assert.isUndefined(learned("Unknown parameter: 'top_k'.", {}, 503))
  })

  it("twice", () => {
    assert.isUndefined(learned("Unknown parameter: 'top_k'.", unsent("top_k")))
    assert.isUndefined(learned("tools param requires --jinja flag", { toolForm: "prompted" }))
  })

  function unsent(...fields: ReadonlyArray<string>): TraitPatch {
    return { unsent: new Set(fields) }
  }
})
