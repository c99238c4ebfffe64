import { assert, describe, it } from "@effect/vitest"
import {
  AuthenticationFailed,
  type BackendError,
  BackendFailed,
  BackendTimeout,
  BackendUnavailable,
  errorTable,
  InternalError,
  InvalidRequest,
  MethodNotAllowed,
  NotFound,
  Overloaded,
  PaymentRequired,
  type PensieveError,
  PermissionDenied,
  PromptTooLong,
  RateLimited,
  RequestTooLarge,
  UpstreamFailed
} from "@pensieve/errors"
import { Effect, Result, Stream } from "effect"
import { anthropicDialect, type Dialect, openaiChatDialect, openaiResponsesDialect } from "../src/dialect.ts"
import { respondError } from "../src/respond.ts"
import { plainAnswer, startServer, token } from "./test-server.ts"

const message = "what happened"

/** Every error that can reach a client, as the two APIs tell it: written down here a second time, from the contract. */
const table: ReadonlyArray<{
  readonly error: PensieveError
  readonly status: number
  readonly anthropic: string
  readonly openai: readonly [type: string, code: string | null]
  readonly retry: boolean
  readonly retryAfter?: string
}> = [
  {
    error: new InvalidRequest({ message, field: "messages" }),
    status: 400,
    anthropic: "invalid_request_error",
    openai: ["invalid_request_error", null],
    retry: false
  },
  {
    error: new PromptTooLong({ promptTokens: 40000, window: 32768 }),
    status: 400,
    anthropic: "invalid_request_error",
    openai: ["invalid_request_error", "context_length_exceeded"],
    retry: false
  },
  {
    error: new AuthenticationFailed({ message }),
    status: 401,
    anthropic: "authentication_error",
    openai: ["invalid_request_error", "invalid_api_key"],
    retry: false
  },
  {
    error: new PaymentRequired({ message }),
    status: 402,
    anthropic: "billing_error",
    openai: ["insufficient_quota", "insufficient_quota"],
    retry: false
  },
  {
    error: new PermissionDenied({ message }),
    status: 403,
    anthropic: "permission_error",
    openai: ["invalid_request_error", "permission_denied"],
    retry: false
  },
  {
    error: new NotFound({ message }),
    status: 404,
    anthropic: "not_found_error",
    openai: ["invalid_request_error", "not_found"],
    retry: false
  },
  {
    error: new MethodNotAllowed({ message, allow: "POST" }),
    status: 405,
    anthropic: "invalid_request_error",
    openai: ["invalid_request_error", "method_not_allowed"],
    retry: false
  },
  {
    error: new RequestTooLarge({ message }),
    status: 413,
    anthropic: "request_too_large",
    openai: ["invalid_request_error", "request_too_large"],
    retry: false
  },
  {
    error: new RateLimited({ message, retryAfterSeconds: 600 }),
    status: 429,
    anthropic: "rate_limit_error",
    openai: ["rate_limit_error", "rate_limit_exceeded"],
    retry: true,
    retryAfter: "60"
  },
  {
    error: new InternalError({ message }),
    status: 500,
    anthropic: "api_error",
    openai: ["server_error", "internal_error"],
    retry: false
  },
  {
    error: new BackendFailed({ message }),
    status: 500,
    anthropic: "api_error",
    openai: ["server_error", "backend_failed"],
    retry: true
  },
  {
    error: new UpstreamFailed({ message, unreachable: false }),
    status: 502,
    anthropic: "api_error",
    openai: ["server_error", "upstream_failed"],
    retry: true
  },
  {
    error: new BackendUnavailable({ message }),
    status: 503,
    anthropic: "api_error",
    openai: ["server_error", "backend_unavailable"],
    retry: true
  },
  {
    error: new BackendTimeout({ message }),
    status: 504,
    anthropic: "timeout_error",
    openai: ["server_error", "timeout"],
    retry: true
  },
  {
    error: new Overloaded({ message, retryAfterSeconds: 1.2 }),
    status: 529,
    anthropic: "overloaded_error",
    openai: ["server_error", "overloaded"],
    retry: true,
    retryAfter: "2"
  }
]

const dialects: ReadonlyArray<{ readonly dialect: Dialect; readonly path: string; readonly body: object }> = [
  {
    dialect: anthropicDialect,
    path: "/v1/messages",
    body: { model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] }
  },
  {
    dialect: openaiChatDialect,
    path: "/v1/chat/completions",
    body: { model: "m", messages: [{ role: "user", content: "Hi" }] }
  },
  { dialect: openaiResponsesDialect, path: "/v1/responses", body: { model: "m", input: "Hi" } }
]

type Row = (typeof table)[number]

const textOf = ({ error }: Row): string =>
  error._tag === "PromptTooLong" ? "prompt is too long: 40000 tokens > 32768 maximum" : message

/** The body of an answer that is not 2xx. */
const bodyOf = (row: Row, dialect: Dialect, requestId: string): unknown => {
  if (dialect === anthropicDialect)
    return { type: "error", error: { type: row.anthropic, message: textOf(row) }, request_id: requestId }
  const inField = dialect === openaiChatDialect ? "messages" : "input"
  const param = row.error._tag === "PromptTooLong" ? inField : row.error._tag === "InvalidRequest" ? "messages" : null
  return { error: { message: textOf(row), type: row.openai[0], param, code: row.openai[1] } }
}

/** The last event of a stream. */
const lastOf = (text: string) =>
  JSON.parse(
    text
      .trimEnd()
      .split("\n")
      .at(-1)
      ?.replace(/^data: /, "") ?? ""
  )

/** The last event of a stream that broke off. */
const endOf = (row: Row, dialect: Dialect, sent: ReturnType<typeof lastOf>): unknown => {
  if (dialect === anthropicDialect) return { type: "error", error: { type: row.anthropic, message: textOf(row) } }
  if (dialect === openaiChatDialect) return bodyOf(row, dialect, "")
  const code = row.openai[0] === "server_error" ? "server_error" : (row.openai[1] ?? "invalid_prompt")
  const error = { code, message: textOf(row) }
  return { ...sent, type: "response.failed", response: { ...sent.response, status: "failed", error } }
}

/** What ends an answer that is whole, in each dialect. */
const properEnd = /event: message_(delta|stop)|\[DONE\]|response\.completed/

describe("every error", () => {
  for (const row of table)
    for (const { dialect, body } of dialects) {
      it(`${row.error._tag} has its status, headers and body before the answer (${dialect.name})`, () => {
        const response = respondError("req_1", dialect, row.error)
        assert.strictEqual(response.status, row.status)
        assert.strictEqual(response.headers["request-id"], "req_1")
        assert.strictEqual(response.headers["x-request-id"], "req_1")
        assert.strictEqual(response.headers["x-should-retry"], String(row.retry))
        assert.strictEqual(response.headers["retry-after"], row.retryAfter)
        assert.strictEqual(response.body._tag, "Uint8Array")
        const text = response.body._tag === "Uint8Array" ? new TextDecoder().decode(response.body.body) : ""
        assert.deepStrictEqual(JSON.parse(text), bodyOf(row, dialect, "req_1"))
      })

      it(`${row.error._tag} ends a stream that has begun (${dialect.name})`, () => {
        const conversation = Result.getOrThrow(dialect.decodeRequest(body, {}))
        const writer = dialect.streamWriter(conversation, {})
        const begun = plainAnswer("half").slice(0, 3)
        const text = [...begun, { type: "failed" as const, error: row.error }].map(writer.write).join("") + writer.end()
        assert.deepStrictEqual(lastOf(text), endOf(row, dialect, lastOf(text)))
        assert.notMatch(text, properEnd)
      })
    }
})

const isBackendError = (error: PensieveError): error is BackendError =>
  [
    "InvalidRequest",
    "PromptTooLong",
    "RateLimited",
    "Overloaded",
    "BackendUnavailable",
    "BackendFailed",
    "BackendTimeout"
  ].includes(error._tag)

describe("an error of the backend, over the wire", () => {
  for (const row of table) {
    const { error } = row
    if (!isBackendError(error)) continue
    for (const { dialect, path, body } of dialects)
      it.live(`${error._tag} (${dialect.name})`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            let begun = false
            const base = yield* startServer({
              generate: () =>
                Stream.concat(
                  begun ? Stream.fromArray(plainAnswer("half").slice(0, 3)) : Stream.empty,
                  Stream.fail(error)
                )
            })
            yield* Effect.promise(async () => {
              const ask = (stream: boolean) =>
                fetch(`${base}${path}`, {
                  method: "POST",
                  headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
                  body: JSON.stringify({ ...body, stream })
                })
              for (const stream of [true, false]) {
                const response = await ask(stream)
                assert.strictEqual(response.status, row.status)
                assert.strictEqual(response.headers.get("retry-after"), row.retryAfter ?? null)
                const id = response.headers.get("request-id") ?? ""
                assert.deepStrictEqual(await response.json(), bodyOf(row, dialect, id))
              }
              begun = true
              assert.strictEqual((await ask(false)).status, row.status)
              const streamed = await ask(true)
              assert.strictEqual(streamed.status, 200)
              assert.isNotNull(streamed.headers.get("request-id"))
              const text = await streamed.text()
              assert.deepStrictEqual(lastOf(text), endOf(row, dialect, lastOf(text)))
              assert.notMatch(text, properEnd)
            })
          })
        )
      )
  }

  it("covers every error there is", () => {
    assert.sameMembers(
      table.map((row) => row.error._tag),
      Object.keys(errorTable)
    )
  })
})
