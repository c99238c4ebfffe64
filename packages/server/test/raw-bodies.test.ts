import { describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert } from "vitest"
import { rawRequest } from "./raw-request.ts"
import { plainAnswer, startServer, token } from "./test-server.ts"

const limitBytes = 32 * 1024 * 1024
const deepest = 128

const live = (name: string, test: (base: string, heard: () => string) => Promise<void>) => {
  let last: Conversation | undefined
  const generate = (conversation: Conversation) => {
    last = conversation
    return Stream.fromArray(plainAnswer("x"))
  }
  it.live(name, () =>
    Effect.scoped(
      Effect.flatMap(startServer({ generate }), (base) =>
        Effect.promise(() => test(base, () => JSON.stringify(last?.turns)))
      )
    )
  )
}

const head = (...headers: ReadonlyArray<string>) => [
  "POST /v1/messages HTTP/1.1",
  `Authorization: Bearer ${token}`,
  ...headers
]
const json = "Content-Type: application/json"

const send = (base: string, body: string | Uint8Array, type = json) =>
  rawRequest(base, head(type, `Content-Length: ${Buffer.byteLength(body)}`), [body])

const asking = (content: unknown): string =>
  JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content }] })

/** A good request of exactly so many bytes. */
const sized = (bytes: number): string => {
  const frame = asking("")
  return frame.replace('"content":""', () => `"content":"${"x".repeat(bytes - frame.length)}"`)
}

/** A good request that is nested so deep. */
const nested = (levels: number): string =>
  `{"x":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)},${asking("Hi").slice(1)}`

describe("a body", () => {
  live("is JSON by its type, whatever follows the type, and nothing that only begins like it", async (base) => {
    for (const type of ["application/json", "Application/JSON; charset=utf-8"])
      assert.strictEqual((await send(base, asking("Hi"), `Content-Type: ${type}`)).status, 200, type)
    for (const type of ["application/json-patch+json", "application/jsonx", "text/json", ""])
      assert.strictEqual((await send(base, asking("Hi"), `Content-Type: ${type}`)).status, 400, type)
  })

  live("may be 32 MB and not a byte more, with its length or in pieces", async (base) => {
    assert.strictEqual((await send(base, sized(limitBytes))).status, 200)
    assert.strictEqual((await rawRequest(base, head(json, `Content-Length: ${limitBytes + 1}`))).status, 413)
    const piece = `${(limitBytes / 16).toString(16)}\r\n${" ".repeat(limitBytes / 16)}\r\n`
    const pieces = [...Array.from({ length: 16 }, () => piece), "1\r\n \r\n0\r\n\r\n"]
    assert.strictEqual((await rawRequest(base, head(json, "Transfer-Encoding: chunked"), pieces)).status, 413)
  })

  live("may be nested 128 levels and not one more", async (base) => {
    assert.strictEqual((await send(base, nested(deepest))).status, 200)
    assert.strictEqual((await send(base, nested(deepest + 1))).status, 400)
    assert.strictEqual((await send(base, "[".repeat(1_000_000))).status, 400)
  })

  live("with numbers that are none is refused", async (base) => {
    for (const number of ["NaN", "Infinity", "-Infinity", "0x10", "1_000", "01"]) {
      const body = asking("Hi").replace('"max_tokens":9', `"max_tokens":${number}`)
      assert.strictEqual((await send(base, body)).status, 400, number)
    }
  })

  live("with a NUL as a letter keeps it; a bare one is refused", async (base, heard) => {
    assert.strictEqual((await send(base, asking("a\0b"))).status, 200)
    assert.include(heard(), String.raw`a\u0000b`)
    assert.strictEqual((await send(base, asking("a?b").replace("?", "\0"))).status, 400)
  })

  live("with half of a pair of surrogates reads it the same way each time", async (base, heard) => {
    const body = asking("a?b").replace("?", String.raw`\ud83d`)
    assert.strictEqual((await send(base, body)).status, 200)
    const first = heard()
    assert.strictEqual((await send(base, body)).status, 200)
    assert.strictEqual(heard(), first)
  })
})

describe("an address in a request", () => {
  live("of a picture or a document is not asked by this server", async (base) => {
    const asked: Array<string | undefined> = []
    const elsewhere = createServer((request, response) => {
      asked.push(request.url)
      response.end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/secret`
    for (const type of ["image", "document"]) await send(base, asking([{ type, source: { type: "url", url } }]))
    await send(base, asking([{ type: "image", source: { type: "url", url: "file:///etc/passwd" } }]))
    elsewhere.close()
    assert.isEmpty(asked)
  })
})

describe("what a stranger is told", () => {
  live("is whether the server is well, and no more", async (base) => {
    const { status, body } = await rawRequest(base, ["GET /health HTTP/1.1"])
    assert.strictEqual(status, 200)
    assert.strictEqual(body, '{"status":"healthy"}')
  })

  live("is the same for a wrong token as for none", async (base) => {
    const told = async (...headers: ReadonlyArray<string>) => {
      const { status, body } = await rawRequest(base, ["GET /v1/models HTTP/1.1", ...headers])
      return [status, body.replaceAll(/req_\w+/g, "")]
    }
    assert.deepEqual(await told("Authorization: Bearer wrong"), await told())
  })
})
