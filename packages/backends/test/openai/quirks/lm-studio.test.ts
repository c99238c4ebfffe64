import { assert, describe, it } from "@effect/vitest"
import { bodyFor, listOf, probed, tool, traitsOf } from "../probed.ts"

const own = listOf(
  { id: "embed", type: "embeddings", state: "not-loaded", max_context_length: 2048 },
  { id: "big", type: "llm", state: "not-loaded", max_context_length: 131072 },
  { id: "seeing", type: "vlm", state: "loaded", max_context_length: 131072, loaded_context_length: 12918 }
)
const list = listOf(
  ...["embed", "big", "seeing"].map((id) => ({ id, object: "model", owned_by: "organization_owner" }))
)
const server = () =>
  probed({
    routes: {
      "GET /v1/models": list,
      "GET /api/v0/models": own,
      // It answers so to every path it does not know, with status 200.
      "GET /props": { error: "Unexpected endpoint or method. (GET /props)" }
    }
  })

describe("LM Studio", () => {
  it("tells what is loaded and with which window; what is loaded comes first", async () => {
    const { kind, models } = await server()
    assert.strictEqual(kind, "LM Studio")
    assert.deepStrictEqual(
      models.map(({ id, window, loaded, embeds }) => [id, window, loaded, embeds]),
      [
        ["seeing", 12918, true, false],
        ["embed", undefined, false, true],
        ["big", undefined, false, false]
      ]
    )
  })

  it("takes tool_choice in words only: a named tool is offered alone", async () => {
    const traits = traitsOf(await server())
    const tools = [tool("Read"), tool("Bash")]
    const body = bodyFor(traits, { tools, toolChoice: { type: "tool", name: "Bash" } })
    assert.strictEqual(body["tool_choice"], "required")
    assert.match(JSON.stringify(body["tools"]), /Bash/)
    assert.notMatch(JSON.stringify(body["tools"]), /Read/)
    assert.strictEqual(bodyFor(traits, { tools, toolChoice: { type: "none" } })["tool_choice"], "none")
  })

  it("takes json_schema for json_object, and no parallel_tool_calls", async () => {
    const traits = traitsOf(await server())
    assert.deepInclude(bodyFor(traits, { output: { type: "json" } })["response_format"], { type: "json_schema" })
    assert.notProperty(bodyFor(traits, { tools: [tool("Read")], parallelToolCalls: false }), "parallel_tool_calls")
  })

  it("reads pictures where the model does", async () => {
    assert.isTrue(traitsOf(await server()).request.images)
  })
})
