import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent, Part } from "@pensieve/models"
import { encodeResponse, streamOptions } from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import fc from "fast-check"
import { orderlyEvents } from "./arbitrary-events.ts"
import { decoded } from "./decoded.ts"
import { someTools } from "./some-options.ts"

/** What a conversation holds of these events once the answer is part of it; texts and thoughts of one kind in a row join. */
const spoken = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  let ended = true
  const write = (type: "text" | "reasoning", text: string): void => {
    const last = parts.at(-1)
    if (text === "") return
    if (last?.type === type && !ended) parts.splice(-1, 1, { ...last, text: last.text + text })
    else parts.push({ type, text })
    ended = false
  }
  let open: { id: string; name: string; json: string } | undefined
  for (const event of events) {
    if (event.type === "text-delta") write("text", event.text)
    if (event.type === "reasoning-delta") write("reasoning", event.text)
    if (event.type === "reasoning-end") {
      const last = parts.at(-1)
      const { signature } = event
      if (last?.type === "reasoning" && !ended) {
        if (signature !== undefined) parts.splice(-1, 1, { ...last, signature })
        ended = true
      } else if (signature) {
        parts.push({ type: "reasoning", text: "", signature })
        ended = true
      }
    }
    if (event.type === "redacted-reasoning") {
      const value = { type: "redacted_thinking", data: event.data }
      parts.push({ type: "opaque", wireType: "redacted_thinking", value })
    }
    if (event.type === "tool-call")
      parts.push({ type: "tool-call", id: event.id, name: event.name, input: event.input })
    if (event.type === "tool-call-start") open = { id: event.id, name: event.name, json: "" }
    if (event.type === "tool-call-delta" && open !== undefined) open.json += event.json
    if (event.type === "tool-call-end" && open !== undefined) {
      parts.push({ type: "tool-call", id: open.id, name: open.name, input: JSON.parse(open.json || "{}") })
    }
  }
  return parts
}

/** A custom tool's call keeps text only: what is not its one string comes back as the text it was sent as. */
const asSent = (part: Part): Part => {
  if (part.type !== "tool-call" || part.name !== "Bash") return part
  const { input } = part.input
  return { ...part, input: { input: typeof input === "string" ? input : JSON.stringify(part.input) } }
}

const withoutIds = (part: Part): Part => {
  if (part.type !== "tool-call") return part
  const { id: _id, rawText: _rawText, ...rest } = part
  return { ...rest, id: "" }
}

describe("an answer that the client sends back", () => {
  const base = { tools: someTools, include: ["reasoning.encrypted_content"] }

  it.each([
    ["with its thoughts shown", { ...base, reasoning: { summary: "auto" } }],
    ["with its thoughts hidden", base]
  ])("is what was said: thoughts, signatures, texts and calls, %s", (_, fields) => {
    fc.assert(
      fc.property(orderlyEvents, (events) => {
        const options = streamOptions(decoded(fields), "resp_1", 0)
        const { output } = Result.getOrThrow(encodeResponse(options, events))
        const { turns } = decoded({ ...fields, input: [{ role: "user", content: "hi" }, ...output] })
        const parts = turns.flatMap((turn) => (turn.role === "assistant" ? turn.parts : []))
        assert.deepStrictEqual(parts.map(withoutIds), spoken(events).map(asSent).map(withoutIds))
      }),
      { numRuns: 300 }
    )
  })

  it("keeps foreign and broken content as a signature, and whose it is", () => {
    for (const content of ["Gi+ttX", "pensieve1.%%%", "pensieve1."]) {
      const { turns } = decoded({ input: [{ type: "reasoning", summary: [], encrypted_content: content }] })
      assert.deepStrictEqual(turns[0]?.parts, [
        { type: "reasoning", text: "", signature: `openai-responses:${content}` }
      ])
    }
  })

  it("answers with the request's own settings", () => {
    const fields = {
      instructions: "be brief",
      temperature: 0.5,
      tools: someTools,
      tool_choice: "required",
      text: { format: { type: "json_object" } },
      prompt_cache_key: "k",
      metadata: { a: "b" }
    }
    assert.deepInclude(streamOptions(decoded(fields), "resp_1", 7).echo, { model: "m", ...fields })
  })
})
