import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openai } from "../../../src/openai/quirks/openai.ts"
import { unknownServer, withTraits } from "../../../src/openai/traits.ts"
import { bodyFor } from "../probed.ts"

const list = (server: string) => ({ entries: [{ id: "gpt-5", owned_by: "openai" }], server, serverHeader: "" })
const traits = withTraits(unknownServer, openai.traits)
const nothing = { get: () => Effect.succeed(undefined), post: () => Effect.succeed(undefined) }

describe("OpenAI", () => {
  it("is known by its address: half the world says that its models are OpenAI's", () => {
    assert.isTrue(openai.signs(list("https://api.openai.com")))
    assert.isTrue(openai.signs(list("https://eu.api.openai.com")))
    assert.isFalse(openai.signs(list("http://localhost:1234")))
    assert.isFalse(openai.signs(list("https://api.openai.com.evil.example")))
  })

  it("has the models it lists", () => {
    const found = Effect.runSync(openai.inspect(nothing, list("https://api.openai.com")))
    assert.deepStrictEqual(found, [{ id: "gpt-5" }])
  })

  it("gets max_completion_tokens, developer, and four stop sequences at most", () => {
    const body = bodyFor(traits, {
      system: [{ type: "text", text: "Be brief" }],
      maxTokens: 9,
      stopSequences: ["a", "b", "c", "d", "e"]
    })
    assert.deepInclude(body, { max_completion_tokens: 9, stop: ["a", "b", "c", "d"] })
    assert.notProperty(body, "max_tokens")
    assert.match(JSON.stringify(body["messages"]), /"role":"developer"/)
  })

  it("gets nothing it does not know", () => {
    const body = bodyFor(traits, { sampling: { topK: 5, minP: 0.1, repetitionPenalty: 1.1, temperature: 1 } })
    assert.hasAllKeys(body, ["model", "messages", "temperature", "stream", "stream_options"])
  })
})
