import {
  answerOf,
  delta,
  done,
  ending,
  jsonAnswer,
  says,
  type UpstreamScript,
  usageChunk,
  words
} from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { question, startWired, tools, type Wired } from "../src/wired-server.ts"

const withServer = async (script: UpstreamScript, test: (wired: Wired) => Promise<void>) => {
  const wired = await startWired({ upstream: { script } })
  try {
    await test(wired)
  } finally {
    await wired.stop()
  }
}

const textOf = async (wired: Wired, more: object) => {
  const response = await wired.post({ ...question, ...more })
  const { content } = (await response.json()) as { readonly content: ReadonlyArray<{ readonly text: string }> }
  return content[0]?.text
}

const bodyOf = async ({ upstream }: Wired, place: number) =>
  JSON.parse((await upstream.call(place)).text) as Readonly<Record<string, unknown>>

const refuses =
  (field: string, message: string): UpstreamScript =>
  ({ text }) =>
    field in (JSON.parse(text) as object) ? jsonAnswer({ error: { message } }, 400) : says("fine")

describe("a field that an upstream refuses", () => {
  it("is left out, the request repeated once, and later ones go without it", () =>
    withServer(refuses("top_k", "Unrecognized request argument supplied: top_k"), async (wired) => {
      for (let round = 0; round < 3; round++) {
        assert.strictEqual(await textOf(wired, { top_k: 5 }), "fine")
      }
      assert.lengthOf(wired.upstream.calls, 4)
      assert.notProperty(await bodyOf(wired, 3), "top_k")
      assert.match(wired.log(), /asked again in other words.*top_k is not sent/)
      assert.match(wired.log(), /code=field-not-sent.*top_k/)
    }))

  it("by another name goes under that name", () =>
    withServer(
      refuses(
        "max_tokens",
        "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
      ),
      async (wired) => {
        await wired.anthropic.messages.create(question)
        assert.strictEqual((await bodyOf(wired, 1))["max_completion_tokens"], 200)
      }
    ))

  it("may be one of several: each refusal is heard, up to a point", () =>
    withServer(
      ({ text }) => {
        const field = ["top_k", "temperature", "stream_options"].find((name) => text.includes(`"${name}"`))
        return field === undefined
          ? says("fine")
          : jsonAnswer({ error: { message: `Unknown parameter: '${field}'` } }, 400)
      },
      async (wired) => {
        assert.strictEqual(await textOf(wired, { top_k: 5, temperature: 0.5 }), "fine")
        assert.lengthOf(wired.upstream.calls, 4)
      }
    ))

  it("is heard in a stream as well", () =>
    withServer(
      ({ text }) =>
        text.includes('"top_k"')
          ? { steps: [`data: ${JSON.stringify({ error: { message: "Unknown parameter: 'top_k'", code: 400 } })}\n\n`] }
          : says("fine"),
      async (wired) => {
        assert.strictEqual(await textOf(wired, { top_k: 5 }), "fine")
      }
    ))

  it("for no reason that is understood is the client's to know", () =>
    withServer(
      () => jsonAnswer({ error: { message: "I do not like your face" } }, 400),
      async (wired) => {
        const response = await wired.post(question)
        assert.strictEqual(response.status, 400)
        assert.match(await response.text(), /I do not like your face/)
        assert.lengthOf(wired.upstream.calls, 1)
      }
    ))
})

describe("tools that an upstream refuses", () => {
  it("go into the prompt, and the calls come out of the words", () =>
    withServer(
      ({ text }) =>
        "tools" in (JSON.parse(text) as object)
          ? jsonAnswer({ error: { message: '"gemma3:4b" does not support tools' } }, 400)
          : answerOf(
              words('I look.\n<tool_call>\n{"name": "Read", "arguments": {"value": "a"}}\n</tool_call>'),
              ending()
            ),
      async (wired) => {
        for (let round = 0; round < 2; round++) {
          const message = await wired.anthropic.messages.create({ ...question, tools })
          assert.deepStrictEqual(
            message.content.map((block) => (block.type === "tool_use" ? [block.name, block.input] : block.type)),
            ["text", ["Read", { value: "a" }]]
          )
          assert.strictEqual(message.stop_reason, "tool_use")
        }
        assert.lengthOf(wired.upstream.calls, 3)
      }
    ))
})

describe("pictures that an upstream refuses", () => {
  it("become placeholders, never text of their bytes", () =>
    withServer(
      ({ text }) =>
        text.includes("image_url")
          ? jsonAnswer({ error: { message: "image input is not supported by this model" } }, 500)
          : says("fine"),
      async (wired) => {
        const image = {
          type: "image" as const,
          source: { type: "base64" as const, media_type: "image/png" as const, data: "QUJDREVG" }
        }
        const call = { type: "tool_use" as const, id: "c", name: "Read", input: {} }
        const result = { type: "tool_result" as const, tool_use_id: "c", content: [image] }
        await wired.anthropic.messages.create({
          ...question,
          tools,
          messages: [
            { role: "user", content: "look" },
            { role: "assistant", content: [call] },
            { role: "user", content: [result] }
          ]
        })
        assert.lengthOf(wired.upstream.calls, 2)
        assert.match((await wired.upstream.call(0)).text, /"url":"data:image\/png;base64,QUJDREVG"/)
        assert.notInclude((await wired.upstream.call(1)).text, "QUJDREVG")
        assert.match((await wired.upstream.call(1)).text, /image not shown/)
      }
    ))
})

describe("system turns that a template refuses", () => {
  it("are folded into the user's words", () =>
    withServer(
      ({ text }) => {
        const { messages } = JSON.parse(text) as { readonly messages: ReadonlyArray<{ readonly role: string }> }
        return messages.slice(1).some(({ role }) => role === "system")
          ? jsonAnswer({ error: { code: 500, message: "System message must be at the beginning." } }, 500)
          : says("fine")
      },
      async (wired) => {
        const messages = [
          { role: "user", content: "Hello" },
          { role: "system", content: "cwd: /src" }
        ]
        const response = await wired.post({ ...question, messages })
        assert.strictEqual(response.status, 200)
        assert.match((await wired.upstream.call(1)).text, /<system-reminder>\\ncwd: \/src/)
      }
    ))
})

describe("a stop sequence", () => {
  const stopped = { ...question, stop_sequences: ["</block>"] }

  it("that the upstream ignores cuts the answer all the same, hangs up, and is reported", () =>
    withServer(
      () => answerOf(words("<block>no</bl"), words("ock> and more"), words("and more"), "hang"),
      async (wired) => {
        const message = await wired.anthropic.messages.create(stopped)
        assert.deepInclude(message.content[0], { text: "<block>no" })
        assert.deepStrictEqual([message.stop_reason, message.stop_sequence], ["stop_sequence", "</block>"])
        assert.deepInclude(await bodyOf(wired, 0), { stop: ["</block>"] })
        await (
          await wired.upstream.call(0)
        ).hungUp
        assert.isAbove(message.usage.input_tokens, 0)
      }
    ))

  it("that the upstream reports is reported", () =>
    withServer(
      () => answerOf(words("<block>no"), delta({}, "stop", { stop_reason: "</block>" }), usageChunk(10, 3), done),
      async (wired) => {
        const message = await wired.anthropic.messages.create(stopped)
        assert.deepStrictEqual([message.stop_reason, message.stop_sequence], ["stop_sequence", "</block>"])
      }
    ))

  it("in thinking and in calls does not count", () =>
    withServer(
      () =>
        answerOf(
          delta({ reasoning_content: "maybe </block>" }),
          delta({ tool_calls: [{ index: 0, id: "c", function: { name: "Read", arguments: '{"value":"</block>"}' } }] }),
          ending("tool_calls")
        ),
      async (wired) => {
        const message = await wired.anthropic.messages.create({ ...stopped, tools })
        assert.strictEqual(message.stop_reason, "tool_use")
      }
    ))
})

describe("a server that cuts prompts without a word", () => {
  it("is not given one that surely does not fit", async () => {
    const entry = { id: "qwen3:8b", object: "model", owned_by: "library" }
    const wired = await startWired({
      upstream: {
        script: says("fine"),
        routes: {
          "GET /v1/models": { data: [entry] },
          "GET /api/version": { version: "0.34.2" },
          "GET /api/ps": { models: [{ name: "qwen3:8b", context_length: 4096 }] },
          "POST /api/show": { capabilities: ["completion", "tools"] }
        }
      }
    })
    try {
      const response = await wired.post({
        ...question,
        messages: [{ role: "user", content: "many words ".repeat(4000) }]
      })
      assert.strictEqual(response.status, 400)
      assert.match(await response.text(), /prompt is too long: \d+ tokens > 4096 maximum/)
      assert.lengthOf(wired.upstream.calls, 0)
      assert.strictEqual((await wired.post(question)).status, 200)
    } finally {
      await wired.stop()
    }
  })
})

describe("a model that a request loads", () => {
  it("is looked at again, for its window is known only then", async () => {
    const running: { models: ReadonlyArray<object> } = { models: [] }
    const wired = await startWired({
      upstream: {
        script: says("fine"),
        routes: {
          "GET /v1/models": { data: [{ id: "qwen3:8b", object: "model", owned_by: "library" }] },
          "GET /api/version": { version: "0.34.2" },
          "GET /api/ps": running,
          "POST /api/show": { capabilities: ["completion", "tools"] }
        }
      }
    })
    const windowNow = async () => (await wired.anthropic.models.retrieve("any")).max_input_tokens
    try {
      await wired.post(question)
      assert.isNull(await windowNow())
      running.models = [{ name: "qwen3:8b", context_length: 4096 }]
      await wired.post(question)
      assert.strictEqual(await windowNow(), 4096)
    } finally {
      await wired.stop()
    }
  })
})

describe("tokens that are counted beforehand", () => {
  it("are estimated, and better once the upstream has told a count", () =>
    withServer(
      () => answerOf(words("x"), delta({}, "stop"), usageChunk(5000, 1), done),
      async (wired) => {
        const messages = [{ role: "user" as const, content: "many words ".repeat(1000) }]
        const count = async () => (await wired.anthropic.messages.countTokens({ model: "m", messages })).input_tokens
        const guessed = await count()
        assert.isAbove(guessed, 1500)
        assert.isBelow(guessed, 4500)
        await wired.anthropic.messages.create({ ...question, messages })
        assert.closeTo(await count(), 5000, 150)
      }
    ))
})
