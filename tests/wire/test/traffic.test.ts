import { messageEnd, messageOf, textBlock } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { grammarProblem as messagesProblem } from "../../../packages/translator/test/anthropic/stream-grammar.ts"
import { grammarProblem as responsesProblem } from "../../../packages/translator/test/openai-responses/stream-grammar.ts"
import { gather, readEvents } from "../src/read-stream.ts"
import { recordedSaid, type Said, upstreamAnswer } from "../src/recorded-answers.ts"
import { type RecordedExchange, type RecordedItem, recordedSessions } from "../src/recorded-traffic.ts"
import { startWired, token, type Wired } from "../src/wired-server.ts"

const sessions = recordedSessions()
const ofAnthropic = sessions.filter(({ exchanges }) => exchanges.some(({ path }) => path.startsWith("/v1/messages")))

const hopByHop = new Set(["host", "connection", "content-length", "accept-encoding"])

/** The request as the client sent it, with the token of this server. */
const send = ({ base }: Wired, { method, path, headers, body }: RecordedExchange): Promise<Response> =>
  fetch(base + path, {
    method,
    headers: {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name))),
      ...("authorization" in headers ? { authorization: `Bearer ${token}` } : {})
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })

/**
 * What is rightly said of these requests: what such a server cannot be told, or need not. That a field, a block, a tool or a beta is
 * not known is not among it.
 */
const rightNotices = new Set([
  "billing-header-dropped",
  "tool-deferred",
  "reasoning-not-controlled",
  "reasoning-dropped",
  "safeguards-unsupported",
  "server-tool-not-offered",
  "token-count-estimated",
  // Codex offers the search that OpenAI's own service makes.
  "tool-not-offered"
])

const noticesOf = (response: Response): ReadonlyArray<string> =>
  response.headers.get("x-pensieve-notices")?.split(",") ?? []

/** A body as far as these tests look at it. */
interface WholeBody {
  readonly content?: ReadonlyArray<{ readonly type: string; readonly text?: string }>
  readonly stop_reason?: string
}

const messageSaid = async (text: string): Promise<Said & { readonly stop: string | undefined }> => {
  const { text: words, calls, stop, error } = gather(await readEvents(new Response(text)))
  assert.isUndefined(error)
  return { text: words, calls: calls.map(([name, json]) => [name, JSON.parse(json)] as const), stop }
}

const checkMessage = async (exchange: RecordedExchange, text: string): Promise<void> => {
  const { stop_reason: stop } = exchange.response_script
  if (exchange.body?.["stream"] === true) {
    assert.isUndefined(messagesProblem(text, true))
    assert.deepStrictEqual(await messageSaid(text), { ...recordedSaid(exchange), stop })
  } else {
    const { content = [], stop_reason } = JSON.parse(text) as WholeBody
    const said = content.map((block) => block.text ?? "").join("")
    assert.deepStrictEqual([said, stop_reason], [recordedSaid(exchange).text, stop])
  }
  if (exchange.body !== undefined && "safeguards" in exchange.body) assert.include(text, '"unsupported"')
}

/** The last event of a response. */
interface ResponsesEvent {
  readonly type: string
  readonly response?: { readonly output: ReadonlyArray<RecordedItem> }
}

const checkResponse = async (exchange: RecordedExchange, text: string): Promise<void> => {
  assert.isUndefined(responsesProblem(text, true))
  const last = (await readEvents(new Response(text))).at(-1) as ResponsesEvent | undefined
  assert.strictEqual(last?.type, "response.completed")
  const said = recordedSaid({ ...exchange, response_script: { status: 200, output: last?.response?.output ?? [] } })
  assert.deepStrictEqual(said, recordedSaid(exchange))
}

/** Sends one request and looks at its answer. */
const replay = async (wired: Wired, exchange: RecordedExchange): Promise<void> => {
  const { class: kind, method, path, response_script: script } = exchange
  wired.upstream.play(upstreamAnswer(exchange))
  const response = await send(wired, exchange)
  const text = await response.text()
  assert.strictEqual(response.status, script.status, text.slice(0, 500))
  assert.deepStrictEqual(
    noticesOf(response).filter((code) => !rightNotices.has(code)),
    []
  )
  if (method === "HEAD") return
  if (kind === "count_tokens") return assert.isAbove(JSON.parse(text).input_tokens, 0)
  if (script.error !== undefined) return assert.strictEqual(JSON.parse(text).error.message, script.error.message)
  if (kind === "websearch") return assert.include(text, "web_search_tool_result_error")
  await (path.startsWith("/v1/responses") ? checkResponse(exchange, text) : checkMessage(exchange, text))
}

describe("recorded sessions of the real clients", () => {
  it("are found", ({ skip }) => {
    skip(sessions.length === 0, "no recordings beside the checkout; PENSIEVE_TRAFFIC names their folder")
    assert.isAbove(sessions.length, 0)
  })

  for (const { name, exchanges } of sessions)
    it(`are answered as they were over an OpenAI-compatible server: ${name}`, async () => {
      const wired = await startWired()
      try {
        for (const exchange of exchanges) await replay(wired, exchange)
        assert.notInclude(wired.upstream.calls.map(({ text }) => text).join("\n"), "x-anthropic-billing-header")
        assert.notMatch(wired.log(), /level=(ERROR|WARN)/)
      } finally {
        await wired.stop()
      }
    })

  for (const { name, exchanges } of ofAnthropic)
    it(`reach an Anthropic upstream as they are: ${name}`, async () => {
      const answer = messageOf(textBlock(0, "Hello"), messageEnd())
      const wired = await startWired({
        upstream: { script: answer, routes: { "POST /v1/messages/count_tokens": { input_tokens: 1 } } },
        anthropic: {}
      })
      try {
        for (const exchange of exchanges.filter(({ method }) => method === "POST")) {
          const response = await send(wired, exchange)
          const text = await response.text()
          assert.strictEqual(response.status, 200)
          assert.strictEqual(wired.upstream.seen.at(-1)?.text, JSON.stringify(exchange.body))
          if (exchange.class !== "count_tokens") assert.strictEqual(text, answer.steps.join(""))
        }
      } finally {
        await wired.stop()
      }
    })
})
