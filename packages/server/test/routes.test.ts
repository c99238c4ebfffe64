import Anthropic, { BadRequestError, NotFoundError } from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { startServer, type TestBackend, token } from "./test-server.ts"

const live = (name: string, test: (base: string) => Promise<void>, backend: TestBackend = {}) =>
  it.live(name, () => Effect.scoped(Effect.flatMap(startServer(backend), (base) => Effect.promise(() => test(base)))))

const ask = async (base: string, method: string, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${base}${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } })
  const text = await response.text()
  const body = text === "" ? undefined : (JSON.parse(text) as { type?: string; error: { message: string } })
  return { status: response.status, headers: response.headers, body }
}

const anthropicCaller = { "anthropic-version": "2023-06-01" }

describe("what is not there", () => {
  const callers: ReadonlyArray<readonly [string, Record<string, string>, boolean]> = [
    ["Anthropic's SDK", anthropicCaller, true],
    ["a caller with an API key", { "x-api-key": token }, true],
    ["curl", { "user-agent": "curl/8.5.0" }, true],
    ["OpenAI's SDK", { "user-agent": "OpenAI/JS 6.49.0" }, false],
    ["OpenAI's SDK for Python", { "user-agent": "AsyncOpenAI/Python 2.0.0" }, false],
    ["Codex", { "user-agent": "codex_cli_rs/0.169.0" }, false]
  ]
  for (const [caller, headers, inAnthropicForm] of callers)
    live(`is refused in the form of ${caller}`, async (base) => {
      const { status, body, headers: answered } = await ask(base, "GET", "/v1/nothing", headers)
      assert.strictEqual(status, 404)
      assert.strictEqual(body?.type, inAnthropicForm ? "error" : undefined)
      assert.strictEqual(body?.error.message, "There is nothing at /v1/nothing.")
      assert.match(answered.get("request-id") ?? "", /^req_/)
    })

  live("and is known by name is refused with what to use instead", async (base) => {
    for (const [method, path, instead] of [
      ["POST", "/v1/completions", /\/v1\/chat\/completions/],
      ["POST", "/v1/embeddings", /embedding server/],
      ["GET", "/v1/responses/resp_1", /`input`/],
      ["DELETE", "/v1/responses/resp_1", /`input`/],
      ["POST", "/v1/responses/resp_1/cancel", /`input`/],
      ["GET", "/v1/responses/resp_1/input_items", /`input`/],
      ["POST", "/v1/batches", /\/v1\/messages\/batches/],
      ["POST", "/v1/complete", /\/v1\/messages/]
    ] as const) {
      const { status, body } = await ask(base, method, path)
      assert.strictEqual(status, 404)
      assert.match(body?.error.message ?? "", instead)
    }
  })

  live("has names of the prototype in it", async (base) => {
    for (const path of ["/constructor", "/__proto__", "/v1/toString"])
      assert.strictEqual((await ask(base, "GET", path)).status, 404)
  })
})

describe("a wrong method", () => {
  for (const [path, allow] of [
    ["/health", "GET, HEAD"],
    ["/v1/models", "GET"],
    ["/v1/models/x", "GET"],
    ["/v1/messages/count_tokens", "POST"],
    ["/v1/messages/batches", "GET, POST"],
    ["/v1/messages/batches/x", "GET, DELETE"],
    ["/v1/messages/batches/x/cancel", "POST"],
    ["/v1/messages/batches/x/results", "GET"],
    ["/v1/files", "GET, POST"],
    ["/v1/files/x", "GET, DELETE"],
    ["/v1/files/x/content", "GET"]
  ] as const)
    live(`at ${path} is told the right ones`, async (base) => {
      const { status, headers, body } = await ask(base, "PUT", path, anthropicCaller)
      assert.deepStrictEqual([status, headers.get("allow")], [405, allow])
      assert.include(body?.error.message, allow)
    })
})

describe("the paths clients really send", () => {
  for (const path of ["/v1/models?limit=1000", "/v1/v1/models", "/v1/v1/models?beta=true", "/v1/models?beta=true"])
    live(`such as ${path} are understood`, async (base) => {
      assert.strictEqual((await ask(base, "GET", path, anthropicCaller)).status, 200)
    })

  live("such as the probes at start need no token", async (base) => {
    for (const path of ["/", "/api/hello"])
      assert.strictEqual((await fetch(`${base}${path}`, { method: "HEAD" })).status, 200)
    assert.strictEqual((await fetch(`${base}/v1/models`, { method: "HEAD" })).status, 401)
  })
})

describe("every answer", () => {
  live("has an id of its own in its headers, whatever was asked", async (base) => {
    const ids: Array<string | null> = []
    for (const [method, path] of [
      ["HEAD", "/"],
      ["HEAD", "/api/hello"],
      ["GET", "/health"],
      ["GET", "/metrics"],
      ["GET", "/v1/models"],
      ["GET", "/v1/models/x"],
      ["GET", "/v1/messages/batches"],
      ["GET", "/v1/files"],
      ["GET", "/v1/nothing"],
      ["PUT", "/v1/messages"],
      ["POST", "/v1/messages"],
      ["POST", "/v1/messages/count_tokens"],
      ["POST", "/v1/chat/completions"],
      ["POST", "/v1/responses"]
    ] as const) {
      const { headers } = await fetch(`${base}${path}`, { method, headers: { authorization: `Bearer ${token}` } })
      assert.match(headers.get("request-id") ?? "", /^req_\w+$/, `${method} ${path}`)
      assert.strictEqual(headers.get("x-request-id"), headers.get("request-id"))
      ids.push(headers.get("request-id"))
    }
    assert.strictEqual(new Set(ids).size, ids.length)
  })
})

describe("the list of models", () => {
  const client = (base: string) => new Anthropic({ baseURL: base, apiKey: token, maxRetries: 0 })

  live("is one page for Anthropic's SDK", async (base) => {
    const ids: Array<string> = []
    for await (const model of client(base).models.list({ limit: 1 })) ids.push(model.id)
    assert.deepStrictEqual(ids, ["test-model"])
    const after = await client(base).models.list({ after_id: "test-model" })
    assert.deepStrictEqual([after.data, after.has_more], [[], false])
  })

  live("is refused for a page that cannot be", async (base) => {
    for (const query of [
      { limit: 0 },
      { limit: 1001 },
      { after_id: "no such model" },
      { after_id: "a", before_id: "b" }
    ])
      assert.instanceOf(
        await client(base)
          .models.list(query)
          .then(
            () => undefined,
            (error: unknown) => error
          ),
        BadRequestError
      )
  })

  live("knows a model by any id, also one with slashes", async (base) => {
    for (const id of ["mlx-community/Qwen3-4B", "claude-opus-5-5[1m]"])
      assert.strictEqual((await client(base).models.retrieve(id)).id, id)
    const raw = await ask(base, "GET", "/v1/models/mlx-community/Qwen3-4B", anthropicCaller)
    assert.propertyVal(raw.body, "id", "mlx-community/Qwen3-4B")
  })
})

describe("an unknown batch or file", () => {
  live("is not found, whatever is wanted of it", async (base) => {
    const sdk = new Anthropic({ baseURL: base, apiKey: token, maxRetries: 0 })
    for (const wanted of [
      sdk.messages.batches.retrieve("msgbatch_x"),
      sdk.messages.batches.cancel("msgbatch_x"),
      sdk.messages.batches.delete("msgbatch_x"),
      sdk.files.retrieveMetadata("file_x"),
      sdk.files.delete("file_x")
    ])
      assert.instanceOf(await wanted.catch((error: unknown) => error), NotFoundError)
  })
})
