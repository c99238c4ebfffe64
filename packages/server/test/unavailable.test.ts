import Anthropic from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"

const client = (baseURL: string) => new Anthropic({ baseURL, apiKey: token, maxRetries: 0 })

const live = (name: string, backend: TestBackend, test: (base: string) => Promise<void>) =>
  it.live(name, () => Effect.scoped(Effect.flatMap(startServer(backend), (base) => Effect.promise(() => test(base)))))

/** Claude Code's inner request for a web search. */
const search = {
  model: "claude-local",
  max_tokens: 320,
  tools: [{ type: "web_search_20250305" as const, name: "web_search" as const, max_uses: 8 }],
  tool_choice: { type: "auto" as const },
  messages: [{ role: "user" as const, content: "Perform a web search for the query: weather in Oslo" }]
}
const claudeCode = { headers: { "x-claude-code-session-id": "1" } }

const plain = { model: "m", max_tokens: 9, messages: [{ role: "user" as const, content: "Hi" }] }

describe("a web search", () => {
  const never: TestBackend = { generate: () => Stream.die("the model was asked") }

  for (const stream of [true, false])
    live(
      `is told to be unavailable, and the model is not asked (${stream ? "streaming" : "whole"})`,
      never,
      async (base) => {
        const { messages } = client(base)
        const answer = stream
          ? await messages.stream(search, claudeCode).finalMessage()
          : await messages.create(search, claudeCode)
        const [use, result, text] = answer.content
        assert.deepInclude(use, { type: "server_tool_use", name: "web_search", input: { query: "weather in Oslo" } })
        assert.deepInclude(result, {
          type: "web_search_tool_result",
          content: { type: "web_search_tool_result_error", error_code: "unavailable" }
        })
        assert.strictEqual(
          result?.type === "web_search_tool_result" && result.tool_use_id,
          use?.type === "server_tool_use" && use.id
        )
        assert.match(text?.type === "text" ? text.text : "", /not available/)
        assert.strictEqual(answer.stop_reason, "end_turn")
      }
    )

  live("is left to a backend that makes searches itself", { serverTools: true }, async (base) => {
    const answer = await client(base).messages.create(search, claudeCode)
    assert.deepInclude(answer.content[0], { type: "text", text: "Hello!" })
  })

  live("that is one tool among others is no part of what the model is offered, with a notice", {}, async (base) => {
    const tool = { name: "Read", input_schema: { type: "object" as const } }
    const { response } = await client(base)
      .messages.create({ ...plain, tools: [tool, ...search.tools] })
      .withResponse()
    assert.include(response.headers.get("x-pensieve-notices"), "server-tool-not-offered")
  })
})

describe("auto mode's safeguards", () => {
  const asked = { ...plain, safeguards: [{ type: "dangerous_tool_use", classifier_context: { v: 1 } }] }
  const verdict = [{ type: "dangerous_tool_use", status: { type: "unsupported" } }]

  live("are answered as unsupported in a whole answer", {}, async (base) => {
    assert.deepNestedPropertyVal(await client(base).messages.create(asked), "safeguard_results", verdict)
  })

  live("are answered as unsupported at the end of a stream", {}, async (base) => {
    const deltas: Array<unknown> = []
    for await (const event of client(base).messages.stream(asked))
      if (event.type === "message_delta") deltas.push(event.delta)
    assert.deepInclude(deltas[0], { safeguard_results: verdict })
  })

  live("are not spoken of to those who do not ask", {}, async (base) => {
    assert.notProperty(await client(base).messages.create(plain), "safeguard_results")
  })
})

describe("what the backend cannot do", () => {
  const notice = { code: "image-not-shown", message: "This model reads text only." }
  const events = plainAnswer("x").map((event): GenerationEvent =>
    event.type === "accepted" ? { ...event, notices: [notice] } : event
  )

  for (const stream of [true, false])
    live(
      `is told in a header (${stream ? "streaming" : "whole"})`,
      { generate: () => Stream.fromArray(events) },
      async (base) => {
        const response = await fetch(`${base}/v1/messages`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ ...plain, stream })
        })
        await response.text()
        assert.strictEqual(response.headers.get("x-pensieve-notices"), "image-not-shown")
      }
    )

  const count = (base: string) =>
    client(base).messages.countTokens({ model: "m", messages: plain.messages }).withResponse()

  live("such as counting exactly is told where tokens are estimated", { estimatesTokens: true }, async (base) => {
    const { response } = await count(base)
    assert.strictEqual(response.headers.get("x-pensieve-notices"), "token-count-estimated")
  })

  live("is not told of a backend that counts exactly", {}, async (base) => {
    assert.isNull((await count(base)).response.headers.get("x-pensieve-notices"))
  })
})
