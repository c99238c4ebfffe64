import { type Proxy, startProxy } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const title = {
  type: "object",
  properties: { title: { type: "string" } },
  required: ["title"],
  additionalProperties: false
}
const parameters = { type: "object", properties: { file_path: { type: "string" } }, required: ["file_path"] }
const messages = [{ role: "user", content: "Read notes.txt" }]

let proxy: Proxy
beforeAll(async () => {
  proxy = await startProxy({ model: "demo" })
}, 120_000)
afterAll(() => proxy.stop())

const ask = async (path: string, body: object) => {
  const response = await fetch(proxy.base + path, {
    method: "POST",
    headers: { authorization: `Bearer ${proxy.token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "m", ...body })
  })
  assert.strictEqual(response.status, 200)
  return JSON.parse(await response.text())
}

const message = (more: object) => ask("/v1/messages", { max_tokens: 300, messages, ...more })

describe("an answer in a demanded form", () => {
  it("is what a terminal asks for as its title, by either name of the field", async () => {
    const format = { type: "json_schema", schema: title }
    for (const asked of [{ output_config: { effort: "high", format }, tools: [] }, { output_format: format }]) {
      const { content, stop_reason } = await message(asked)
      assert.hasAllKeys(JSON.parse(content[0].text), ["title"])
      assert.strictEqual(stop_reason, "end_turn")
    }
  })

  it("is an object or a schema's value in chat completions", async () => {
    const schema = { type: "json_schema", json_schema: { name: "t", schema: title } }
    for (const response_format of [{ type: "json_object" }, schema]) {
      const { choices } = await ask("/v1/chat/completions", { max_tokens: 300, messages, response_format })
      assert.isObject(JSON.parse(choices[0].message.content))
    }
  })

  it("is that form or a call where tools are offered, and nothing else", async () => {
    const output_config = { format: { type: "json_schema", schema: title } }
    const tools = [{ name: "Read", input_schema: parameters }]
    for (const seed of ["a", "b", "c"]) {
      const { content, stop_reason } = await message({
        tools,
        output_config,
        temperature: 1,
        thinking: { type: "disabled" },
        messages: [{ role: "user", content: seed }]
      })
      for (const block of content) {
        if (block.type === "tool_use") assert.hasAllKeys(block.input, ["file_path"])
        else assert.hasAllKeys(JSON.parse(block.text), ["title"])
      }
      assert.strictEqual(stop_reason, content.at(-1).type === "tool_use" ? "tool_use" : "end_turn")
    }
  })

  it("is a schema's value in responses", async () => {
    const format = { type: "json_schema", name: "t", schema: title }
    const { output } = await ask("/v1/responses", { max_output_tokens: 300, input: "Hi", text: { format } })
    assert.hasAllKeys(JSON.parse(output[0].content[0].text), ["title"])
  })
})

describe("a demanded call", () => {
  const tools = ["Read", "Look"].map((name) => ({ name, input_schema: parameters }))

  it("is made, to the tool that is named", async () => {
    for (const tool_choice of [{ type: "any" }, { type: "tool", name: "Look" }]) {
      const { content, stop_reason } = await message({ tools, tool_choice })
      const call = content.find(({ type }: { type: string }) => type === "tool_use")
      assert.strictEqual(stop_reason, "tool_use")
      assert.isString(call.input.file_path)
      if (tool_choice.type === "tool") assert.strictEqual(call.name, "Look")
    }
  })

  it("is one, where several are not wanted", async () => {
    const { content } = await message({ tools, tool_choice: { type: "any", disable_parallel_tool_use: true } })
    assert.deepEqual(
      content.map(({ type }: { type: string }) => type),
      ["tool_use"]
    )
  })

  it("is none where none may be made", async () => {
    const { stop_reason } = await message({ tools, tool_choice: { type: "none" } })
    assert.strictEqual(stop_reason, "end_turn")
  })

  it("is made in chat completions too", async () => {
    const functions = tools.map(({ name }) => ({ type: "function", function: { name, parameters } }))
    const { choices } = await ask("/v1/chat/completions", {
      max_tokens: 300,
      messages,
      tools: functions,
      tool_choice: { type: "function", function: { name: "Look" } }
    })
    const [call] = choices[0].message.tool_calls
    assert.strictEqual(call.function.name, "Look")
    assert.hasAllKeys(JSON.parse(call.function.arguments), ["file_path"])
  })
})
