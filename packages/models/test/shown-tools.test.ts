import { assert, describe, it } from "vitest"
import { callableTools, type Part, shownTools, type ToolDefinition, type Turn } from "../src/index.ts"

const tool = (name: string, deferred = false): ToolDefinition => ({ name, inputSchema: {}, deferred, eager: false })
const turn = (...parts: ReadonlyArray<Part>): Turn => ({ role: "user", parts })
const names = (tools: ReadonlyArray<ToolDefinition>): ReadonlyArray<string> => tools.map(({ name }) => name)

describe("shown tools", () => {
  it("leave out a deferred tool that nothing has named", () => {
    assert.deepStrictEqual(names(shownTools({ tools: [tool("Late", true), tool("Read")], turns: [] })), ["Read"])
  })

  it("hold a deferred tool last once a tool result has named it", () => {
    const found: Part = {
      type: "tool-result",
      callId: "call_1",
      parts: [{ type: "tool-reference", name: "Late" }],
      isError: false
    }
    const shown = shownTools({ tools: [tool("Late", true), tool("Read")], turns: [turn(found)] })
    assert.deepStrictEqual(names(shown), ["Read", "Late"])
  })
})

describe("callable tools", () => {
  const removal: Part = { type: "tool-removal", name: "Read" }
  const reference: Part = { type: "tool-reference", name: "Read" }

  it("leave out a tool that was taken away", () => {
    assert.deepStrictEqual(names(callableTools({ tools: [tool("Read"), tool("Edit")], turns: [turn(removal)] })), [
      "Edit"
    ])
  })

  it("hold a tool that was taken away and named again", () => {
    assert.deepStrictEqual(names(callableTools({ tools: [tool("Read")], turns: [turn(removal), turn(reference)] })), [
      "Read"
    ])
  })
})
