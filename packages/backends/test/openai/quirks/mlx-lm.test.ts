import { assert, describe, it } from "@effect/vitest"
import { bodyFor, listOf, probed, shaped, tool, traitsOf } from "../probed.ts"

const headers = { server: "BaseHTTP/0.6 Python/3.11.7" }
const server = () =>
  probed({
    headers,
    routes: { "GET /v1/models": listOf({ id: "some/cached-model", object: "model" }), "GET /health": { status: "ok" } }
  })

describe("mlx_lm.server", () => {
  it("is known by Python's own server; its model is default_model, whatever lies in the cache", async () => {
    const { kind, models } = await server()
    assert.strictEqual(kind, "mlx_lm.server")
    assert.deepStrictEqual(
      models.map(({ id }) => id),
      ["default_model"]
    )
  })

  it("is known where it fails to list the cache", async () => {
    const { kind } = await probed({
      headers,
      routes: { "GET /health": { status: "ok" } },
      statuses: { "GET /v1/models": [200, ""] }
    })
    assert.strictEqual(kind, "mlx_lm.server")
  })

  it("gets a bound always, for its own is 512 tokens", async () => {
    assert.strictEqual(bodyFor(traitsOf(await server()))["max_tokens"], 32_768)
    assert.strictEqual(bodyFor(traitsOf(await server()), { maxTokens: 7 })["max_tokens"], 7)
  })

  it("gets no field that has no effect, and a notice says what is not held", async () => {
    const { body, notices } = shaped(traitsOf(await server()), {
      tools: [tool("Read")],
      toolChoice: { type: "tool", name: "Read" },
      parallelToolCalls: false,
      output: { type: "json" }
    })
    for (const field of ["tool_choice", "response_format", "parallel_tool_calls"]) assert.notProperty(body, field)
    const codes = notices.map(({ code }) => code)
    assert.includeMembers(codes, ["tool-choice-not-enforced", "output-format-not-enforced"])
  })

  it("reads no pictures: they become placeholders, never text of their bytes", async () => {
    const image = { type: "image", source: { kind: "base64", mediaType: "image/png", data: "QUJDRA" } } as const
    const { body, notices } = shaped(traitsOf(await server()), {
      turns: [
        { role: "assistant", parts: [{ type: "tool-call", id: "c", name: "Read", input: {} }] },
        { role: "user", parts: [{ type: "tool-result", callId: "c", parts: [image], isError: false }, image] }
      ]
    })
    assert.notMatch(JSON.stringify(body), /QUJDRA/)
    assert.match(JSON.stringify(body), /image not shown/)
    assert.include(
      notices.map(({ code }) => code),
      "image-not-sent"
    )
  })
})
