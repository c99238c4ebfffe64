import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Part } from "@pensieve/models"
import {
  decodeRequest,
  encodeRequest,
  encodeResponse,
  type RequestOptions
} from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import { assistant, call, codesOf, conversationOf, image, result, system, text, tool, user } from "../conversation.ts"
import { optionsOf } from "./some-options.ts"

const encoded = (fields: Partial<Conversation>, options: Partial<RequestOptions> = {}) =>
  encodeRequest(conversationOf(fields), { model: "gpt", reasoning: false, ...options })

const input = (...turns: Conversation["turns"]): unknown => encoded({ turns }).body.input
const said = (role: string, words: string) => ({
  type: "message",
  role,
  content: [{ type: "input_text", text: words }]
})

describe("a request to an upstream", () => {
  it("has the upstream's model, and nothing is stored", () => {
    assert.deepStrictEqual<object>(encoded({}).body, {
      model: "gpt",
      input: [said("user", "hi")],
      store: false,
      stream: true
    })
  })

  it("has every option under the API's names", () => {
    const { body, notices } = encoded(
      {
        system: [text("Be brief."), text("Be kind.")],
        tools: [{ ...tool("ls"), description: "Lists." }],
        toolChoice: { type: "tool", name: "ls" },
        parallelToolCalls: false,
        maxTokens: 99,
        sampling: { temperature: 0.5, topP: 0.9 },
        output: { type: "json-schema", schema: { type: "object" }, name: "n" },
        reasoning: { mode: "auto", effort: "high", display: "full" },
        hints: { requestClass: "main", cacheAffinity: "k", cacheBreakpoints: [] }
      },
      { reasoning: true, stream: false }
    )
    assert.deepStrictEqual<object>(body, {
      model: "gpt",
      instructions: "Be brief.\n\nBe kind.",
      input: [said("user", "hi")],
      tools: [
        {
          type: "function",
          name: "ls",
          description: "Lists.",
          parameters: { type: "object", properties: {} },
          strict: false
        }
      ],
      tool_choice: { type: "function", name: "ls" },
      parallel_tool_calls: false,
      max_output_tokens: 99,
      temperature: 0.5,
      top_p: 0.9,
      text: { format: { type: "json_schema", name: "n", schema: { type: "object" }, strict: true } },
      reasoning: { effort: "high", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      prompt_cache_key: "k",
      store: false,
      stream: false
    })
    assert.deepStrictEqual(notices, [])
  })

  it.each([
    [{ mode: "off", display: "full" }, { effort: "none" }],
    [{ mode: "auto", display: "full" }, { summary: "auto" }],
    [{ mode: "auto", effort: "low", display: "omitted" }, { effort: "low" }]
  ] as const)("asks for thinking as the client did: %j", (reasoning, expected) => {
    assert.deepInclude(encoded({ reasoning }, { reasoning: true }).body, { reasoning: expected })
  })

  it("says what the API cannot be told", () => {
    const request = encoded({
      stopSequences: ["END"],
      maxTokens: 1,
      sampling: { topK: 4, seed: 7 },
      reasoning: { mode: "budget", budgetTokens: 9, effort: "low", display: "full" }
    })
    assert.deepInclude(request.body, { max_output_tokens: 16 })
    assert.deepStrictEqual([...codesOf(request)].toSorted(), [
      "max-tokens-raised",
      "reasoning-not-controlled",
      "sampling-not-sent",
      "sampling-not-sent",
      "stop-not-sent"
    ])
    assert.include(JSON.stringify(request.notices), "END")
  })

  it("has names the API takes, and theirs again for the answer", () => {
    const { body, toolNames } = encoded({ tools: [tool("a.b")] })
    const [[wire = "", own = ""] = []] = toolNames
    assert.strictEqual(own, "a.b")
    assert.include(JSON.stringify(body), `"name":"${wire}"`)
  })
})

describe("turns", () => {
  it("are items in their order, system turns where they stand", () => {
    assert.deepStrictEqual(
      input(
        user(text("a")),
        system(text("s")),
        assistant(text("b"), text("c"), call("c1", "ls", { x: 1 })),
        user(text("d"), result("c1", text("one"), text("two")))
      ),
      [
        said("user", "a"),
        said("developer", "s"),
        {
          type: "message",
          role: "assistant",
          content: [
            { type: "output_text", text: "b" },
            { type: "output_text", text: "c" }
          ]
        },
        { type: "function_call", call_id: "c1", name: "ls", arguments: '{"x":1}' },
        { type: "function_call_output", call_id: "c1", output: "one\n\ntwo" },
        said("user", "d")
      ]
    )
  })

  it("keep arguments as the model wrote them", () => {
    const written: Part = { type: "tool-call", id: "c", name: "ls", input: { x: 1 }, rawText: '{ "x": 1 }' }
    assert.deepInclude(input(user(text("a")), assistant(written)), {
      type: "function_call",
      call_id: "c",
      name: "ls",
      arguments: '{ "x": 1 }'
    })
  })

  it("say that a tool failed", () => {
    const failed: Part = { type: "tool-result", callId: "c", parts: [text("no such file")], isError: true }
    assert.deepStrictEqual(input(user(failed)), [
      { type: "function_call_output", call_id: "c", output: "[error]\nno such file" }
    ])
  })

  it("hold pictures and files, in results too", () => {
    const png = { type: "input_image", image_url: "data:image/png;base64,AA", detail: "auto" }
    const pdf: Part = {
      type: "document",
      title: "a.pdf",
      source: { kind: "base64", mediaType: "application/pdf", data: "JVBE" }
    }
    const words: Part = { type: "document", source: { kind: "text", mediaType: "text/plain", text: "words" } }
    assert.deepStrictEqual(input(user(result("c", text("see"), image("image/png"))), user(pdf, words)), [
      { type: "function_call_output", call_id: "c", output: [{ type: "input_text", text: "see" }, png] },
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" },
          { type: "input_text", text: "<document>\nwords\n</document>" }
        ]
      }
    ])
  })

  it("have placeholders where a server reads neither, with notices", () => {
    const pdf: Part = { type: "document", source: { kind: "url", url: "https://x/y.pdf" } }
    const request = encoded({ turns: [user(image("image/png"), pdf)] }, { images: false, files: false })
    assert.notInclude(JSON.stringify(request.body), "input_image")
    assert.deepStrictEqual(codesOf(request), ["image-not-sent", "document-not-sent"])
  })

  it("hold the thoughts that the service encrypted, and no others", () => {
    const thought = (signature: string): Part => ({ type: "reasoning", text: "hm", signature })
    assert.deepStrictEqual(input(assistant(thought("openai-responses:gAAA"))), [
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "gAAA" }
    ])
    for (const part of [thought("EqQB"), { type: "reasoning", text: "hm" } as const]) {
      const request = encoded({ turns: [user(text("a")), assistant(part)] })
      assert.notInclude(JSON.stringify(request.body), "hm")
      assert.deepStrictEqual(codesOf(request), ["reasoning-dropped"])
    }
  })
})

describe("a request of a Responses client", () => {
  const passed = (text: string, model: string) =>
    encodeRequest(Result.getOrThrow(decodeRequest(JSON.parse(text), { headers: {}, text })), { model })

  it("goes on as the same text but for the model", () => {
    const text = '{ "input":"hi \\u00e9", "model" : "fast", "from_the_future":[1.0] }'
    assert.strictEqual(passed(text, "fast").text, text)
    assert.strictEqual(passed(text, "gpt").text, text.replace('"fast"', '"gpt"'))
  })

  it("loses thoughts of a local model, which the service cannot read, with a notice", () => {
    const { output } = Result.getOrThrow(
      encodeResponse(optionsOf({ include: ["reasoning.encrypted_content"] }), [
        { type: "reasoning-delta", text: "hm" },
        { type: "text-delta", text: "Hi" },
        { type: "finished", reason: "end-turn" }
      ])
    )
    const foreign = { type: "reasoning", summary: [], encrypted_content: "gAAA" }
    const request = passed(JSON.stringify({ model: "gpt", input: [foreign, ...output] }), "gpt")
    assert.isUndefined(request.text)
    assert.deepStrictEqual<unknown>(request.body.input, [foreign, ...output.slice(1)])
    assert.deepStrictEqual(codesOf(request), ["reasoning-dropped"])
  })
})
