import Anthropic, { APIError, BadRequestError, NotFoundError } from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, Overloaded } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import { Effect, Exit, Scope, Stream } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { until } from "./until.ts"
import { freshFolder, plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"

const client = (baseURL: string) => new Anthropic({ baseURL, apiKey: token, maxRetries: 0 })

type Client = ReturnType<typeof client>

const params = (content: string) => ({ model: "m", max_tokens: 9, messages: [{ role: "user" as const, content }] })
const requests = (...names: ReadonlyArray<string>) => names.map((name) => ({ custom_id: name, params: params(name) }))

/** Answers with the words it was asked. */
const echo = (conversation: Conversation) => {
  const part = conversation.turns[0]?.parts[0]
  return Stream.fromArray(plainAnswer(part?.type === "text" ? part.text : ""))
}

const live = (name: string, backend: TestBackend, test: (sdk: Client, base: string) => Promise<void>) =>
  it.live(name, () =>
    Effect.scoped(
      Effect.flatMap(startServer(backend, { backgroundQuiet: 0 }), (base) =>
        Effect.promise(() => test(client(base), base))
      )
    )
  )

const ended = (sdk: Client, id: string) =>
  until("the batch has ended", 5000, async () => {
    const batch = await sdk.messages.batches.retrieve(id)
    return batch.processing_status === "ended" ? batch : undefined
  })

const resultsOf = async (sdk: Client, id: string) => {
  const results = new Map<string, Anthropic.Messages.MessageBatchResult>()
  for await (const line of await sdk.messages.batches.results(id)) results.set(line.custom_id, line.result)
  return results
}

const failureOf = (pending: Promise<unknown>): Promise<APIError> =>
  pending.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => (error instanceof APIError ? error : assert.fail(String(error)))
  )

/** Whether a batch has a result on the disk. */
const hasResult = (home: string, id: string): true | undefined => {
  const file = join(home, "batches", id, "results.jsonl")
  return existsSync(file) && readFileSync(file, "utf8").endsWith("\n") ? true : undefined
}

/** A backend that answers nothing before it is told to. */
const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { open: resolve, wait: Effect.promise(() => promise) }
}

describe("a message batch", () => {
  live("is answered in the background, each request under its name", { generate: echo }, async (sdk) => {
    const batch = await sdk.messages.batches.create({ requests: requests("a", "b", "c") })
    const end = await ended(sdk, batch.id)
    assert.deepStrictEqual(end.request_counts, { processing: 0, succeeded: 3, errored: 0, canceled: 0, expired: 0 })
    const results = await resultsOf(sdk, batch.id)
    assert.deepStrictEqual([...results.keys()].sort(), ["a", "b", "c"])
    const b = results.get("b")
    assert.deepStrictEqual(b?.type === "succeeded" && b.message.content, [{ type: "text", text: "b", citations: null }])
  })

  live("has every field of the API from the beginning", { generate: () => Stream.never }, async (sdk) => {
    const batch = await sdk.messages.batches.create({ requests: requests("a", "b") })
    const { id, created_at, expires_at, ...rest } = { ...batch, _request_id: undefined }
    assert.match(id, /^msgbatch_\w{24}$/)
    assert.strictEqual(Date.parse(expires_at) - Date.parse(created_at), 24 * 3_600_000)
    assert.deepStrictEqual(rest, {
      type: "message_batch",
      processing_status: "in_progress",
      request_counts: { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
      ended_at: null,
      cancel_initiated_at: null,
      archived_at: null,
      results_url: null,
      _request_id: undefined
    })
    assert.deepStrictEqual(
      { ...(await sdk.messages.batches.retrieve(id)), _request_id: undefined },
      {
        ...batch,
        _request_id: undefined
      }
    )
  })

  live("tells what is wrong with a request in its result", { generate: echo }, async (sdk) => {
    const wrong = { custom_id: "wrong", params: { ...params("x"), max_tokens: "many" as unknown as number } }
    const streaming = { custom_id: "streaming", params: { ...params("x"), stream: true as unknown as false } }
    const batch = await sdk.messages.batches.create({ requests: [...requests("good"), wrong, streaming] })
    assert.strictEqual((await ended(sdk, batch.id)).request_counts.errored, 2)
    const results = await resultsOf(sdk, batch.id)
    const failure = results.get("wrong")
    assert.strictEqual(failure?.type === "errored" && failure.error.error.type, "invalid_request_error")
    assert.match(failure?.type === "errored" ? failure.error.error.message : "", /^max_tokens/)
    assert.strictEqual(results.get("streaming")?.type, "errored")
    assert.strictEqual(results.get("good")?.type, "succeeded")
  })

  const moods = [new Overloaded({ message: "full" }), new BackendFailed({ message: "it died" })]
  live(
    "asks again when the engine was full or died",
    {
      generate: (conversation) => {
        const mood = moods.pop()
        return mood === undefined ? echo(conversation) : Stream.fail(mood)
      }
    },
    async (sdk) => {
      const batch = await sdk.messages.batches.create({ requests: requests("a") })
      assert.strictEqual((await ended(sdk, batch.id)).request_counts.succeeded, 1)
    }
  )

  live(
    "gives a request up that the engine dies of again and again",
    { generate: () => Stream.fail(new BackendFailed({ message: "it died" })) },
    async (sdk) => {
      const batch = await sdk.messages.batches.create({ requests: requests("a") })
      assert.strictEqual((await ended(sdk, batch.id)).request_counts.errored, 1)
    }
  )

  live(
    "that is cancelled ends, and says which requests were not answered",
    { generate: () => Stream.never },
    async (sdk) => {
      const { id } = await sdk.messages.batches.create({ requests: requests("a", "b", "c") })
      const canceling = await sdk.messages.batches.cancel(id)
      assert.strictEqual(canceling.processing_status, "canceling")
      assert.isNotNull(canceling.cancel_initiated_at)
      const end = await ended(sdk, id)
      assert.strictEqual(end.request_counts.canceled, 3)
      assert.strictEqual((await resultsOf(sdk, id)).get("b")?.type, "canceled")
      assert.instanceOf(await failureOf(sdk.messages.batches.cancel(id)), BadRequestError)
    }
  )

  live("is deleted when it has ended, and not before", { generate: () => Stream.never }, async (sdk) => {
    const { id } = await sdk.messages.batches.create({ requests: requests("a") })
    assert.instanceOf(await failureOf(sdk.messages.batches.delete(id)), BadRequestError)
    await sdk.messages.batches.cancel(id)
    await ended(sdk, id)
    assert.deepInclude(await sdk.messages.batches.delete(id), { id, type: "message_batch_deleted" })
    assert.instanceOf(await failureOf(sdk.messages.batches.retrieve(id)), NotFoundError)
  })

  live("has no results before its end", { generate: () => Stream.never }, async (sdk, base) => {
    const { id } = await sdk.messages.batches.create({ requests: requests("a") })
    const response = await fetch(`${base}/v1/messages/batches/${id}/results`, { headers: { "x-api-key": token } })
    assert.strictEqual(response.status, 404)
  })

  live("that is not well-formed is refused by the field that is wrong", {}, async (sdk) => {
    const cases: ReadonlyArray<readonly [unknown, RegExp]> = [
      [undefined, /^requests: Field required/],
      [[], /^requests: .*at least 1/],
      [[{ custom_id: "a b", params: {} }], /^requests\.0\.custom_id/],
      [[{ custom_id: "a".repeat(65), params: {} }], /^requests\.0\.custom_id/],
      [[{ custom_id: "a" }], /^requests\.0\.params: Field required/],
      [requests("a", "a"), /^requests\.1\.custom_id.*twice/]
    ]
    for (const [sent, message] of cases) {
      const failure = await failureOf(sdk.messages.batches.create({ requests: sent as ReturnType<typeof requests> }))
      assert.instanceOf(failure, BadRequestError)
      const body = failure.error as { readonly error: { readonly message: string } }
      assert.match(body.error.message, message)
    }
  })

  live(
    "is listed page by page, the newest first, in both directions",
    { generate: () => Stream.never },
    async (sdk) => {
      const made: Array<string> = []
      for (let count = 0; count < 5; count++)
        made.unshift((await sdk.messages.batches.create({ requests: requests("a") })).id)
      const listed: Array<string> = []
      for await (const batch of sdk.messages.batches.list({ limit: 2 })) listed.push(batch.id)
      assert.deepStrictEqual(listed, made)
      const before = await sdk.messages.batches.list({ limit: 2, before_id: made[4] ?? "" })
      assert.deepStrictEqual(
        before.data.map((batch) => batch.id),
        made.slice(2, 4)
      )
      assert.isTrue(before.has_more)
      for (const limit of [0, 1001, 1.5])
        assert.instanceOf(await failureOf(sdk.messages.batches.list({ limit }).then(() => undefined)), BadRequestError)
    }
  )

  it.live("waits while somebody else is being answered", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const [interactive, asked] = [gate(), gate()]
        const order: Array<string> = []
        const base = yield* startServer(
          {
            generate: (conversation) => {
              order.push(conversation.hints.requestClass)
              if (conversation.hints.requestClass === "background") return echo(conversation)
              asked.open()
              return Stream.concat(Stream.fromEffectDrain(interactive.wait), echo(conversation))
            }
          },
          { backgroundQuiet: 0 }
        )
        const sdk = client(base)
        yield* Effect.promise(async () => {
          const answer = sdk.messages.create(params("now"))
          await Effect.runPromise(asked.wait)
          const { id } = await sdk.messages.batches.create({ requests: requests("later") })
          await sdk.messages.batches.retrieve(id)
          assert.deepStrictEqual(order, ["main"])
          interactive.open()
          await answer
          await ended(sdk, id)
          assert.deepStrictEqual(order, ["main", "background"])
        })
      })
    )
  )

  it.live("goes on where it was when the server is started again", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const home = yield* freshFolder
        const first = yield* Scope.make()
        const asked = gate()
        const stuck = (conversation: Conversation) => {
          const text = JSON.stringify(conversation.turns)
          if (text.includes("done")) return echo(conversation)
          asked.open()
          return Stream.never
        }
        const start = (backend: TestBackend) => startServer(backend, { backgroundQuiet: 0 }, Effect.succeed(home))
        const before = yield* Scope.provide(start({ generate: stuck }), first)
        const { id } = yield* Effect.promise(() =>
          client(before).messages.batches.create({ requests: requests("done", "stuck", "untouched") })
        )
        yield* asked.wait
        yield* Effect.promise(() => until("one is answered", 2000, () => hasResult(home, id)))
        yield* Scope.close(first, Exit.void)
        const seen: Array<string> = []
        const after = yield* start({
          generate: (conversation) => {
            seen.push(JSON.stringify(conversation.turns))
            return echo(conversation)
          }
        })
        yield* Effect.promise(async () => {
          const end = await ended(client(after), id)
          assert.strictEqual(end.request_counts.succeeded, 3)
          assert.strictEqual((await resultsOf(client(after), id)).size, 3)
          assert.strictEqual(seen.length, 2)
        })
      })
    )
  )
})
