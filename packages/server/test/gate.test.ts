import { describe, it } from "@effect/vitest"
import type { ListenOptions, ServerPolicy } from "@pensieve/server"
import { Effect } from "effect"
import { networkInterfaces } from "node:os"
import { assert } from "vitest"
import { openRaw, rawStatus } from "./raw-socket.ts"
import { freshFolder, startServer, token } from "./test-server.ts"

/** One request on a raw socket. */
interface Said {
  readonly line?: string
  readonly headers?: ReadonlyArray<string>
  readonly body?: string
}

const bearer = `Authorization: Bearer ${token}`
const body = JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] })

const text = ({ line = "GET /v1/models HTTP/1.1", headers = [], body: content = "" }: Said) =>
  `${[line, ...headers].join("\r\n")}\r\nConnection: close\r\n\r\n${content}`

const live = (
  name: string,
  test: (base: string, host: string) => Promise<void>,
  policy: Partial<ServerPolicy["Service"]> = {},
  listen: Partial<ListenOptions> = {}
) =>
  it.live(name, () =>
    Effect.scoped(
      Effect.flatMap(startServer({}, policy, freshFolder, listen), (base) =>
        Effect.promise(async () => {
          const { host } = new URL(base)
          await test(base, `Host: ${host}`)
          // Whatever was said, the server goes on.
          assert.strictEqual(await rawStatus(base, text({ headers: [`Host: ${host}`, bearer] })), 200)
        })
      )
    )
  )

/** Addresses of this machine by which others reach it. */
const others = Object.values(networkInterfaces()).flatMap((all = []) =>
  all.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address)
)

describe("where the server is reached", () => {
  live("is this machine's loopback by both protocols, under each of its names", async (base) => {
    const { port } = new URL(base)
    for (const [address, name] of [
      ["127.0.0.1", "127.0.0.1"],
      ["127.0.0.1", "LocalHost"],
      ["::1", "[::1]"]
    ] as const) {
      const raw = await openRaw(base, address)
      raw.write(text({ headers: [`Host: ${name}:${port}`, bearer] }))
      assert.match(await raw.answer(), /^HTTP\/1\.1 200/, name)
    }
  })

  live("is no address that other machines could use", async (base) => {
    const reached = await Promise.all(
      others.map((address) =>
        openRaw(base, address).then(
          () => address,
          () => "refused"
        )
      )
    )
    assert.deepEqual(
      reached.filter((one) => one !== "refused"),
      []
    )
  })
})

describe.runIf(others.length > 0)("a server that other machines may ask", () => {
  const [address = ""] = others

  live(
    "asks for the token, and for a name that is known to be its own",
    async (base) => {
      const { port } = new URL(base)
      const status = async (...headers: ReadonlyArray<string>) => {
        const raw = await openRaw(base, address)
        raw.write(text({ headers }))
        return Number((await raw.answer()).slice(9, 12))
      }
      assert.strictEqual(await status(`Host: ${address}:${port}`), 401)
      assert.strictEqual(await status(`Host: ${address}:${port}`, bearer), 200)
      assert.strictEqual(await status(`Host: evil.com:${port}`, bearer), 403)
    },
    { hosts: [address] },
    { host: "0.0.0.0" }
  )
})

describe("a Host that is not ours", () => {
  live("is refused with the right token too, before anything else is looked at", async (base) => {
    const { port } = new URL(base)
    for (const host of [
      "evil.com",
      `evil.com:${port}`,
      `127.0.0.1.evil.com:${port}`,
      `localhost.:${port}`,
      "127.0.0.1",
      `127.0.0.1:${Number(port) + 1}`,
      `user@127.0.0.1:${port}`,
      `127.0.0.1:${port}/b?c`,
      `127.0.0.1:${port}#`,
      `0.0.0.0:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      ""
    ])
      assert.strictEqual(await rawStatus(base, text({ headers: [`Host: ${host}`, bearer] })), 403, host)
  })

  live("is refused when it is missing, twice, or only in the address", async (base, host) => {
    assert.strictEqual(await rawStatus(base, text({ headers: [bearer] })), 400)
    assert.strictEqual(await rawStatus(base, text({ headers: [host, "Host: evil.com", bearer] })), 400)
    assert.strictEqual(await rawStatus(base, text({ headers: ["Host: evil.com", host, bearer] })), 400)
    const absolute = { line: "GET http://evil.com/v1/models HTTP/1.1", headers: [host, bearer] }
    assert.include([400, 403, 404], await rawStatus(base, text(absolute)))
  })

  live(
    "is ours when the user said so",
    async (base) => {
      const { port } = new URL(base)
      const names = [`host.docker.internal:${port}`, "box.example:8443"]
      for (const name of names)
        assert.strictEqual(await rawStatus(base, text({ headers: [`Host: ${name}`, bearer] })), 200, name)
    },
    { hosts: ["host.docker.internal", "box.example:8443"] }
  )
})

describe("a web page", () => {
  live("is refused by its Origin, by where its browser says it is, and by the question before", async (base, host) => {
    for (const header of [
      "Origin: https://evil.example",
      "Origin: null",
      `Origin: ${base}`,
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Site: same-site"
    ])
      assert.strictEqual(await rawStatus(base, text({ headers: [host, bearer, header] })), 403, header)
    assert.strictEqual(
      await rawStatus(base, text({ line: "OPTIONS /v1/messages HTTP/1.1", headers: [host, bearer] })),
      403
    )
  })

  live("is told nothing that would let it read an answer", async (base, host) => {
    for (const headers of [
      [host, bearer],
      [host, "Origin: https://evil.example"]
    ]) {
      const raw = await openRaw(base)
      raw.write(text({ headers }))
      assert.notMatch(await raw.answer(), /access-control-/i)
    }
  })

  live("cannot send what needs no question before: other content types are refused", async (base, host) => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const headers = [host, bearer, `Content-Type: ${type}`, `Content-Length: ${body.length}`]
      const status = await rawStatus(base, text({ line: "POST /v1/messages HTTP/1.1", headers, body }))
      assert.strictEqual(status, 400, type)
    }
  })
})

describe("the token", () => {
  live("is asked for everywhere but at the three public places, whatever is there", async (base, host) => {
    for (const line of [
      "GET /metrics",
      "GET /v1/models",
      "POST /v1/messages",
      "GET /",
      "GET /nothing",
      "HEAD /health",
      "POST /health",
      "GET /v1/files/../../health"
    ])
      assert.include([401, 404, 405], await rawStatus(base, text({ line: `${line} HTTP/1.1`, headers: [host] })), line)
    for (const line of ["GET /metrics", "GET /v1/models", "POST /v1/messages", "GET /nothing"])
      assert.strictEqual(await rawStatus(base, text({ line: `${line} HTTP/1.1`, headers: [host] })), 401, line)
    for (const line of ["GET /health", "HEAD /", "HEAD /api/hello"])
      assert.strictEqual(await rawStatus(base, text({ line: `${line} HTTP/1.1`, headers: [host] })), 200, line)
  })

  live("is the same refusal when it is missing, wrong, too long or in pieces", async (base, host) => {
    for (const header of [
      "X-None: 1",
      "Authorization: Bearer",
      "Authorization: Basic dGVzdA==",
      `Authorization: Bearer ${token}x`,
      `Authorization: Bearer ${token.slice(1)}`,
      `X-Api-Key: ${"x".repeat(10_000)}`
    ])
      assert.strictEqual(await rawStatus(base, text({ headers: [host, header] })), 401, header.slice(0, 40))
  })

  live("may be wrong a number of times, then has to wait; the right one never has to", async (base, host) => {
    const wrong = text({ headers: [host, "Authorization: Bearer wrong"] })
    for (let attempt = 0; attempt < 20; attempt++) assert.strictEqual(await rawStatus(base, wrong), 401)
    const raw = await openRaw(base)
    raw.write(wrong)
    assert.match(await raw.answer(), /^HTTP\/1\.1 429[^]*\r\nretry-after: \d+\r\n/i)
    assert.strictEqual(await rawStatus(base, text({ headers: [host, bearer] })), 200)
  })

  live(
    "need not be sent where the user said so",
    async (base, host) => assert.strictEqual(await rawStatus(base, text({ headers: [host] })), 200),
    { tokenRequired: false }
  )
})

describe("what is too much", () => {
  live("of headers and of address is refused, and not just below", async (base, host) => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: 1`)
    // Host, token and Connection are three.
    assert.strictEqual(await rawStatus(base, text({ headers: [host, bearer, ...many(97)] })), 200)
    assert.strictEqual(await rawStatus(base, text({ headers: [host, bearer, ...many(98)] })), 400)
    assert.strictEqual(await rawStatus(base, text({ headers: [host, bearer, `X: ${"x".repeat(40_000)}`] })), 431)
    const asked = (length: number) => `GET /v1/models?a=${"x".repeat(length - "/v1/models?a=".length)} HTTP/1.1`
    assert.strictEqual(await rawStatus(base, text({ line: asked(8192), headers: [host, bearer] })), 200)
    assert.strictEqual(await rawStatus(base, text({ line: asked(8193), headers: [host, bearer] })), 400)
  })

  live("of extensions between pieces is refused", async (base, host) => {
    const headers = [host, bearer, "Content-Type: application/json", "Transfer-Encoding: chunked"]
    const flood = `1;${"x".repeat(100_000)}\r\n{\r\n`
    const status = await rawStatus(base, text({ line: "POST /v1/messages HTTP/1.1", headers, body: flood }))
    assert.include([400, 413], status)
  })

  live("packed into little is refused by its header, before it is unpacked", async (base, host) => {
    for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip, identity", "x"]) {
      const headers = [
        host,
        bearer,
        "Content-Type: application/json",
        `Content-Encoding: ${encoding}`,
        "Content-Length: 3"
      ]
      assert.strictEqual(
        await rawStatus(base, text({ line: "POST /v1/messages HTTP/1.1", headers, body: "{}\n" })),
        400,
        encoding
      )
    }
  })
})

describe("what could be read in two ways", () => {
  live("is refused: two lengths, a length and pieces, folded lines, bare line ends", async (base, host) => {
    const post = "POST /v1/messages HTTP/1.1"
    const json = "Content-Type: application/json"
    for (const [name, request] of [
      [
        "CL and TE",
        text({
          line: post,
          headers: [host, bearer, json, "Content-Length: 5", "Transfer-Encoding: chunked"],
          body: "0\r\n\r\n"
        })
      ],
      [
        "two CL",
        text({ line: post, headers: [host, bearer, json, "Content-Length: 5", "Content-Length: 6"], body: "{   }" })
      ],
      ["CL list", text({ line: post, headers: [host, bearer, json, "Content-Length: 5, 5"], body: "{   }" })],
      ["CL with a sign", text({ line: post, headers: [host, bearer, json, "Content-Length: +5"], body: "{   }" })],
      [
        "TE unknown",
        text({ line: post, headers: [host, bearer, json, "Transfer-Encoding: xchunked"], body: "0\r\n\r\n" })
      ],
      [
        "TE twice",
        text({ line: post, headers: [host, bearer, json, "Transfer-Encoding: chunked, identity"], body: "0\r\n\r\n" })
      ],
      ["obs-fold", text({ headers: [host, "X-Folded: a\r\n b", bearer] })],
      ["space before the colon", text({ headers: [host, `Authorization : Bearer ${token}`] })],
      ["NUL in a header", text({ headers: [host, bearer, "X: a\0b"] })],
      ["no version", "GET /v1/models\r\n\r\n"],
      ["bare LF", text({ headers: [host, bearer] }).replaceAll("\r\n", "\n")]
    ] as const)
      assert.strictEqual(await rawStatus(base, request), 400, name)
  })

  live("in a name with dots or in percent signs is no way round the gate", async (base, host) => {
    for (const path of [
      "//health",
      "/health/",
      "/./health",
      "/health;a",
      "/%68ealth",
      "/health%00",
      "/HEALTH",
      "/api/../v1/models"
    ])
      assert.include([401, 404], await rawStatus(base, text({ line: `GET ${path} HTTP/1.1`, headers: [host] })), path)
  })
})
