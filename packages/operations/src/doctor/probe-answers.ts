import { Effect } from "effect"
import { request } from "node:http"
import { askLocal } from "../life-cycle/ask-local.ts"
import { readHealth } from "../life-cycle/proxy-health.ts"
import { bad, doubtful, type Finding, good } from "./finding.ts"

/** A proxy that is asked real questions. */
export interface Probed {
  readonly port: number
  readonly token: string
  /** As a client would name it. */
  readonly model: string
}

/** A first answer may wait for a model that is read from the disk. */
const patienceMs = 180_000
/** A cancelled request is gone within this time. */
const cancelMs = 3_000

/** Asks the model real questions, one after the other. */
export const probeAnswers = (probed: Probed): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.all([probeMessage(probed), probeToolCall(probed), probeCancel(probed), probeCache(probed)])

interface Message {
  readonly stop_reason?: string
  readonly content?: ReadonlyArray<{ readonly type: string; readonly input?: unknown }>
  readonly usage?: { readonly cache_read_input_tokens?: number; readonly input_tokens?: number }
  readonly error?: { readonly message?: string }
}

const headersOf = ({ token }: Probed) => ({
  authorization: `Bearer ${token}`,
  "content-type": "application/json",
  "anthropic-version": "2023-06-01"
})

const ask = (probed: Probed, body: object) =>
  Effect.gen(function* () {
    const before = performance.now()
    const { status, text } = yield* askLocal({
      port: probed.port,
      path: "/v1/messages",
      method: "POST",
      headers: headersOf(probed),
      body: JSON.stringify({ model: probed.model, max_tokens: 16, ...body }),
      withinMs: patienceMs
    })
    const message = parse(text)
    return {
      ok: status === 200,
      message,
      seconds: (performance.now() - before) / 1000,
      why: message.error?.message ?? text.slice(0, 200)
    }
  }).pipe(
    Effect.catchTag("NotReached", ({ message }) =>
      Effect.succeed({ ok: false, message: {} as Message, seconds: 0, why: message })
    )
  )

const parse = (text: string): Message => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

const readLog = "The log and `pensieve trace show last` say more."

const probeMessage = (probed: Probed) =>
  Effect.map(ask(probed, { messages: [{ role: "user", content: "Say hello." }] }), ({ ok, seconds, why }): Finding =>
    ok ? good("a message", `answered in ${seconds.toFixed(1)} s`) : bad("a message", why, readLog)
  )

const tool = {
  name: "look_up",
  description: "Looks a word up.",
  input_schema: { type: "object", properties: { word: { type: "string" } }, required: ["word"] }
}

const probeToolCall = (probed: Probed) =>
  Effect.map(
    ask(probed, {
      max_tokens: 256,
      tools: [tool],
      tool_choice: { type: "any" },
      messages: [{ role: "user", content: "Look up the word fox." }]
    }),
    ({ ok, message, why }): Finding => {
      const call = message.content?.find(({ type }) => type === "tool_use")
      if (!ok) return bad("a tool call", why, readLog)
      const input = call?.input
      return typeof input === "object" && input !== null && "word" in input
        ? good("a tool call", `made, with ${JSON.stringify(input)}`)
        : doubtful(
            "a tool call",
            `none was made (${message.stop_reason ?? "no reason"})`,
            "This model may not be able to use tools: an agent needs one that is."
          )
    }
  )

/** A second turn goes on from the first one's prompt. */
const probeCache = (probed: Probed) =>
  Effect.gen(function* () {
    const system = "You answer in one word. ".repeat(120)
    const first = [{ role: "user", content: "Name a colour." }]
    const one = yield* ask(probed, { system, messages: first })
    const two = yield* ask(probed, {
      system,
      messages: [...first, { role: "assistant", content: "Blue." }, { role: "user", content: "Another one." }]
    })
    if (!one.ok || !two.ok) return bad("the cache", one.ok ? two.why : one.why, readLog)
    const { cache_read_input_tokens: cached = 0, input_tokens: read = 0 } = two.message.usage ?? {}
    const found = `${cached} of ${cached + read} tokens of a second turn came from it`
    return cached > read
      ? good("the cache", found)
      : doubtful(
          "the cache",
          found,
          "Every turn reads its whole prompt again. `pensieve trace diff` shows what changes, where the server behind does not keep it."
        )
  })

/** Begins a long answer, hangs up at its first word, and looks whether it is still being worked on. */
const probeCancel = (probed: Probed): Effect.Effect<Finding> =>
  Effect.gen(function* () {
    const id = yield* hangUpAtFirstByte(probed)
    if (id === undefined) return bad("a cancel", "no answer had begun that could be cancelled", readLog)
    const before = performance.now()
    while (performance.now() - before < cancelMs) {
      const { text } = yield* askLocal({ port: probed.port, path: "/health", headers: headersOf(probed) })
      const running = readHealth(text)?.running ?? []
      if (running.every((one) => one.id !== id))
        return good("a cancel", `the work ended ${Math.round(performance.now() - before)} ms after the client hung up`)
      yield* Effect.sleep(25)
    }
    return bad("a cancel", `the work went on ${cancelMs / 1000} s after the client hung up`, readLog)
  }).pipe(Effect.catchTag("NotReached", ({ message }) => Effect.succeed(bad("a cancel", message, readLog))))

/** Gives the request's id. */
const hangUpAtFirstByte = (probed: Probed): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port: probed.port,
        path: "/v1/messages",
        method: "POST",
        headers: headersOf(probed),
        agent: false
      },
      (response) => {
        const id = response.headers["request-id"]
        response.once("data", () => {
          sent.destroy()
          resume(Effect.succeed(response.statusCode === 200 && typeof id === "string" ? id : undefined))
        })
        response.once("end", () => resume(Effect.succeed(undefined)))
        response.on("error", () => undefined)
      }
    )
    sent.setTimeout(patienceMs, () => sent.destroy())
    sent.on("error", () => resume(Effect.succeed(undefined)))
    const messages = [{ role: "user", content: "Count to a thousand, in words." }]
    sent.end(JSON.stringify({ model: probed.model, max_tokens: 2000, stream: true, messages }))
    return Effect.sync(() => sent.destroy())
  })
