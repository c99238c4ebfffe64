import Anthropic, { APIError, BadRequestError, NotFoundError, toFile } from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { Effect, Stream } from "effect"
import OpenAI from "openai"
import { request } from "undici"
import { plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"

const client = (baseURL: string) => new Anthropic({ baseURL, apiKey: token, maxRetries: 0 })

type Client = ReturnType<typeof client>

const live = (name: string, test: (sdk: Client, base: string) => Promise<void>, backend: TestBackend = {}) =>
  it.live(name, () =>
    Effect.scoped(Effect.flatMap(startServer(backend), (base) => Effect.promise(() => test(client(base), base))))
  )

const text = (content: string, name = "notes.txt", type = "text/plain") => toFile(Buffer.from(content), name, { type })

const failureOf = (pending: Promise<unknown>): Promise<APIError> =>
  pending.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => (error instanceof APIError ? error : assert.fail(String(error)))
  )

const upload = async (base: string, parts: string, headers: Record<string, string> = {}) => {
  const response = await request(`${base}/v1/files`, {
    method: "POST",
    headers: { "x-api-key": token, "content-type": "multipart/form-data; boundary=xx", ...headers },
    body: parts.replaceAll("\n", "\r\n")
  })
  return { status: response.statusCode, body: (await response.body.json()) as Record<string, unknown> }
}

describe("a file", () => {
  live("is kept, told and given back byte for byte", async (sdk) => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))
    const file = await sdk.files.upload({ file: await toFile(bytes, "data.bin", { type: "application/x-data" }) })
    assert.match(file.id, /^file_\w{24}$/)
    assert.deepInclude(file, {
      type: "file",
      filename: "data.bin",
      mime_type: "application/x-data",
      size_bytes: 100_000,
      downloadable: true,
      expires_at: null
    })
    assert.strictEqual((await sdk.files.retrieveMetadata(file.id)).created_at, file.created_at)
    const content = Buffer.from(await (await sdk.files.download(file.id)).arrayBuffer())
    assert.isTrue(content.equals(bytes))
  })

  live("that is deleted is gone", async (sdk) => {
    const { id } = await sdk.files.upload({ file: await text("x") })
    assert.deepInclude(await sdk.files.delete(id), { id, type: "file_deleted" })
    for (const gone of [sdk.files.retrieveMetadata(id), sdk.files.delete(id), sdk.files.download(id)])
      assert.instanceOf(await failureOf(gone), NotFoundError)
  })

  live("has the time its sender gave it", async (sdk) => {
    const file = await sdk.files.upload({ file: await text("x"), expires_in_seconds: 3600 })
    assert.strictEqual(Date.parse(file.expires_at ?? "") - Date.parse(file.created_at), 3_600_000)
    for (const expires_in_seconds of [59, 8_000_000])
      assert.instanceOf(
        await failureOf(sdk.files.upload({ file: await text("x"), expires_in_seconds })),
        BadRequestError
      )
  })

  live("is listed in pages of either version, or by its id", async (sdk, base) => {
    const made: Array<string> = []
    for (let count = 0; count < 5; count++) made.unshift((await sdk.files.upload({ file: await text("x") })).id)
    const listed: Array<string> = []
    for await (const file of sdk.files.list({ limit: 2 })) listed.push(file.id)
    assert.deepStrictEqual(listed, made)
    const named = await sdk.files.list({ ids: [made[3] ?? "", "file_unknown"] })
    assert.deepStrictEqual(
      named.data.map((file) => file.id),
      [made[3]]
    )
    const older = await fetch(`${base}/v1/files?limit=2&after_id=${made[1]}`, { headers: { "x-api-key": token } })
    assert.deepInclude(await older.json(), { has_more: true, first_id: made[2], last_id: made[3] })
  })

  live("is named by the last step of its path, or by its type", async (sdk, base) => {
    const part = (name: string, type: string) =>
      `--xx\nContent-Disposition: form-data; name="file"; filename="${name}"\nContent-Type: ${type}\n\nx\n--xx--\n`
    const named = await upload(base, part("../../etc/passwd", "text/plain"))
    assert.strictEqual(named.body["filename"], "passwd")
    const unnamed = await upload(base, part("", "application/pdf"))
    assert.strictEqual(unnamed.body["filename"], "unnamed.pdf")
    const guessed = await upload(base, part("a.png", "application/octet-stream"))
    assert.strictEqual(guessed.body["mime_type"], "image/png")
  })

  live("that does not come as one is refused, and nothing of it is kept", async (sdk, base) => {
    const cases: ReadonlyArray<readonly [string, RegExp, Record<string, string>?]> = [
      ['--xx\nContent-Disposition: form-data; name="other"\n\nx\n--xx--\n', /^file: Field required/],
      ['--xx\nContent-Disposition: form-data; name="file"\n\nx\n--xx--\n', /^file: must be sent as a file/],
      ['--xx\nContent-Disposition: form-data; name="file"; filename="a"\n\nx', /form cannot be read/],
      ["nonsense", /form cannot be read/],
      ["{}", /^content-type: must be multipart/, { "content-type": "application/json" }]
    ]
    for (const [body, message, headers] of cases) {
      const answer = await upload(base, body, headers)
      assert.strictEqual(answer.status, 400)
      assert.match((answer.body["error"] as { readonly message: string })["message"], message)
    }
    assert.deepStrictEqual((await sdk.files.list()).data, [])
  })

  live("has an id and no path", async (_sdk, base) => {
    for (const id of ["..%2f..%2ftoken", "file_..%2f..%2f..%2ftoken%00aaaaaaaaaa", "%2e%2e"]) {
      const response = await fetch(`${base}/v1/files/${id}/content`, { headers: { "x-api-key": token } })
      assert.strictEqual(response.status, 404)
    }
  })

  live("is not served in OpenAI's form, and its clients are told so", async (_sdk, base) => {
    const openai = new OpenAI({ baseURL: `${base}/v1`, apiKey: token, maxRetries: 0 })
    const failure = await openai.files.list().then(
      () => assert.fail("it succeeded"),
      (error: unknown) => error
    )
    assert.instanceOf(failure, OpenAI.NotFoundError)
    assert.match(failure instanceof OpenAI.APIError ? failure.message : "", /Anthropic/)
  })
})

describe("a message that names a file", () => {
  const seen: Array<Conversation> = []
  const backend: TestBackend = {
    generate: (conversation) => {
      seen.push(conversation)
      return Stream.fromArray(plainAnswer("x"))
    }
  }
  const ask = (sdk: Client, content: Anthropic.Messages.MessageParam["content"]) =>
    sdk.messages.create({ model: "m", max_tokens: 9, messages: [{ role: "user", content }] })
  const partsSeen = () => seen.at(-1)?.turns[0]?.parts

  live(
    "shows its content to the model: text as text, images and PDF as what they are",
    async (sdk) => {
      const notes = await sdk.files.upload({ file: await text("the words") })
      const image = await sdk.files.upload({ file: await text("png bytes", "a.png", "image/png") })
      const pdf = await sdk.files.upload({ file: await text("%PDF", "a.pdf", "application/pdf") })
      await ask(sdk, [
        { type: "document", source: { type: "file", file_id: notes.id } },
        { type: "image", source: { type: "file", file_id: image.id } },
        { type: "document", title: "Paper", source: { type: "file", file_id: pdf.id } }
      ])
      assert.deepStrictEqual(partsSeen(), [
        {
          type: "document",
          source: { kind: "text", mediaType: "text/plain", text: "the words" },
          title: "notes.txt"
        },
        { type: "image", source: { kind: "base64", mediaType: "image/png", data: btoa("png bytes") } },
        {
          type: "document",
          source: { kind: "base64", mediaType: "application/pdf", data: btoa("%PDF") },
          title: "Paper"
        }
      ])
    },
    backend
  )

  live(
    "may name it in a tool's result",
    async (sdk) => {
      const { id } = await sdk.files.upload({ file: await text("found") })
      await ask(sdk, [
        {
          type: "tool_result",
          tool_use_id: "toolu_1",
          content: [{ type: "document", source: { type: "file", file_id: id } }]
        }
      ])
      assert.include(JSON.stringify(partsSeen()), '"text":"found"')
    },
    backend
  )

  live("that is not there is refused by that name", async (sdk) => {
    const failure = await failureOf(ask(sdk, [{ type: "image", source: { type: "file", file_id: "file_gone" } }]))
    assert.instanceOf(failure, NotFoundError)
    assert.match(failure.message, /file_gone/)
  })

  live("of a kind that the block cannot show is refused", async (sdk) => {
    const { id } = await sdk.files.upload({ file: await text("words") })
    const failure = await failureOf(ask(sdk, [{ type: "image", source: { type: "file", file_id: id } }]))
    assert.instanceOf(failure, BadRequestError)
    assert.match(failure.message, /text\/plain/)
  })
})
