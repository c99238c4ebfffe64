import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import { rawRequest, type RawAnswer } from "./raw-request.ts"
import { startServer, token } from "./test-server.ts"

/** The three dialects: where they are asked, a good body, and where an error's type and message stand. */
const dialects = [
  {
    path: "/v1/messages",
    good: { model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] },
    types: { 400: "invalid_request_error", 405: "invalid_request_error", 413: "request_too_large" }
  },
  {
    path: "/v1/chat/completions",
    good: { model: "m", messages: [{ role: "user", content: "Hi" }] },
    types: { 400: "invalid_request_error", 405: "invalid_request_error", 413: "invalid_request_error" }
  },
  {
    path: "/v1/responses",
    good: { model: "m", input: "Hi" },
    types: { 400: "invalid_request_error", 405: "invalid_request_error", 413: "invalid_request_error" }
  }
] as const

const authorization = `Authorization: Bearer ${token}`
const json = "Content-Type: application/json"

const post = (path: string, ...headers: ReadonlyArray<string>) => [`POST ${path} HTTP/1.1`, authorization, ...headers]

const sized = (base: string, path: string, body: string | Uint8Array, type = json) =>
  rawRequest(base, post(path, type, `Content-Length: ${Buffer.byteLength(body)}`), [body])

const chunked = (base: string, path: string, ...pieces: ReadonlyArray<string>) =>
  rawRequest(base, post(path, json, "Transfer-Encoding: chunked"), [
    ...pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`),
    "0\r\n\r\n"
  ])

const errorOf = (answer: RawAnswer) => (JSON.parse(answer.body) as { error: { type: string; message: string } }).error

const live = (name: string, test: (base: string) => Promise<void>) =>
  it.live(name, () =>
    Effect.scoped(
      Effect.flatMap(startServer({}), (base) =>
        Effect.promise(async () => {
          await test(base)
          assert.strictEqual((await rawRequest(base, ["GET /health HTTP/1.1"])).status, 200)
        })
      )
    )
  )

for (const { path, good, types } of dialects)
  describe(`a body for ${path}`, () => {
    const refused = (answer: RawAnswer, status: 400 | 405 | 413, message: RegExp) => {
      assert.strictEqual(answer.status, status)
      assert.strictEqual(errorOf(answer).type, types[status])
      assert.match(errorOf(answer).message, message)
      assert.match(answer.headers["request-id"] ?? "", /^req_\w{24}$/)
      assert.strictEqual(answer.headers["x-should-retry"], "false")
    }
    const text = JSON.stringify(good)

    live("that is no JSON is refused", async (base) => {
      for (const body of ["{not json", "{", "{}x", "'a'", "undefined", "\u0000", '{"a":}'])
        refused(await sized(base, path, body), 400, /not valid JSON/)
    })

    live("that is empty is refused as such", async (base) => {
      for (const body of ["", "  \n"]) refused(await sized(base, path, body), 400, /empty/)
      refused(await rawRequest(base, post(path, json)), 400, /empty/)
    })

    live("that is JSON but no object is refused", async (base) => {
      for (const body of ["[]", "null", "5", '"x"', "true"]) refused(await sized(base, path, body), 400, /object/)
    })

    live("that is nested too deep is refused", async (base) => {
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"]
      ] as const) {
        const count = 1_000_000
        refused(await sized(base, path, `${open.repeat(count)}1${close.repeat(count)}`), 400, /nested/)
      }
    })

    live("that is no UTF-8 is refused, not guessed at", async (base) => {
      const [before = "", after = ""] = text.split("Hi")
      const bad = Buffer.concat([Buffer.from(before), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(after)])
      refused(await sized(base, path, bad), 400, /UTF-8/)
    })

    live("of another type or encoding is refused by its header", async (base) => {
      for (const type of ["Content-Type: text/plain", "Content-Type: multipart/form-data; boundary=x", "X-None: x"])
        refused(await sized(base, path, text, type), 400, /^content-type: must be application\/json/)
      const zipped = await rawRequest(
        base,
        post(path, json, "Content-Encoding: gzip", `Content-Length: ${text.length}`),
        [text]
      )
      refused(zipped, 400, /^content-encoding: "gzip"/)
    })

    live("that says it is too large is refused before it comes", async (base) => {
      const head = post(path, json, `Content-Length: ${33 * 1024 * 1024}`)
      refused(await rawRequest(base, head), 413, /32 MB/)
      refused(await rawRequest(base, [...head, "Expect: 100-continue"]), 413, /32 MB/)
    })

    live("that turns out too large is refused", async (base) => {
      refused(await chunked(base, path, ...Array.from({ length: 33 }, () => "x".repeat(1024 * 1024))), 413, /32 MB/)
    })

    live("without a length is taken in pieces", async (base) => {
      const answer = await chunked(base, path, text.slice(0, 7), text.slice(7, 9), text.slice(9))
      assert.strictEqual(answer.status, 200)
    })

    live("that waits for 100 Continue is let in", async (base) => {
      const head = post(path, json, "Expect: 100-continue", `Content-Length: ${text.length}`)
      const answer = await rawRequest(base, head, [], text)
      assert.deepStrictEqual([answer.interim, answer.status], [[100], 200])
    })

    live("with a key twice means the last one, as everywhere in JSON", async (base) => {
      const answer = await sized(base, path, `{"model":5,${text.slice(1)}`)
      assert.strictEqual(answer.status, 200)
    })

    live("with numbers beyond all bounds is refused by the field", async (base) => {
      const field = path === "/v1/responses" ? "max_output_tokens" : "max_tokens"
      for (const number of ["1e400", "-1e400", "1e300", "-1", "1.5"]) {
        const body = JSON.stringify({ ...good, [field]: "?" }).replace('"?"', number)
        refused(await sized(base, path, body), 400, new RegExp(field))
      }
    })

    live("with a field of the wrong type is refused by its path", async (base) => {
      const list = path === "/v1/responses" ? "input" : "messages"
      for (const [fields, message] of [
        [{ model: 5 }, /model/],
        [{ stream: "yes" }, /stream/],
        [{ tools: "all" }, /tools/],
        [{ tools: [5] }, /tools[.[]0/],
        [{ [list]: 5 }, new RegExp(list)],
        [{ [list]: [{ role: "robot", content: "x" }] }, new RegExp(`${list}[.[]0`)],
        [{ [list]: [{ role: "user", content: 5 }] }, new RegExp(`${list}[.[]0`)]
      ] as const)
        refused(await sized(base, path, JSON.stringify({ ...good, ...fields })), 400, message)
    })

    live("with names from the prototype is read like any other", async (base) => {
      const answer = await sized(base, path, `{"__proto__":{"stream":true},"constructor":1,${text.slice(1)}`)
      assert.strictEqual(answer.status, 200)
      assert.match(answer.headers["content-type"] ?? "", /^application\/json/)
    })

    live("that never comes to its end leaves no trace", async (base) => {
      const { port, hostname, host } = new URL(base)
      const socket = connect(Number(port), hostname)
      socket.write(`${post(path, json, `Host: ${host}`, "Content-Length: 100").join("\r\n")}\r\n\r\n{"model":`)
      assert.strictEqual((await sized(base, path, text)).status, 200)
      socket.destroy()
    })

    live("sent by another method is refused, with the one to use", async (base) => {
      for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
        const answer = await rawRequest(base, [`${method} ${path} HTTP/1.1`, authorization])
        refused(answer, 405, /use POST/)
        assert.strictEqual(answer.headers["allow"], "POST")
      }
    })
  })

describe("bytes that are no request", () => {
  live("are answered as errors are, with an id", async (base) => {
    const answer = await rawRequest(base, ["nonsense"])
    assert.strictEqual(answer.status, 400)
    assert.match(errorOf(answer).message, /HTTP/)
    assert.match(answer.headers["request-id"] ?? "", /^req_/)
  })

  live("and headers without end are refused", async (base) => {
    const answer = await rawRequest(base, ["GET /health HTTP/1.1", `X-Long: ${"x".repeat(100_000)}`])
    assert.strictEqual(answer.status, 431)
  })
})

describe("a tool of an unknown type", () => {
  live("is left out with a notice, as clients of tomorrow need it", async (base) => {
    const tools = [{ type: "time_machine_20300101", name: "time_machine" }]
    const answer = await sized(base, "/v1/messages", JSON.stringify({ ...dialects[0].good, tools }))
    assert.strictEqual(answer.status, 200)
    assert.include(answer.headers["x-pensieve-notices"], "tool-type-unknown")
  })

  live("that only trained models can use is refused by its place", async (base) => {
    const tools = [{ type: "computer_20250124", name: "computer" }]
    const answer = await sized(base, "/v1/messages", JSON.stringify({ ...dialects[0].good, tools }))
    assert.strictEqual(answer.status, 400)
    assert.match(errorOf(answer).message, /^tools\.0\.type/)
  })
})
