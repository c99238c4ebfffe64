import { randomUUID } from "node:crypto"
import {
  callBlock,
  jsonAnswer,
  messageEnd,
  messageOf,
  messageStart,
  textBlock,
  type UpstreamAnswer,
  wholeMessage
} from "@pensieve/test-harness"
import { Redacted } from "effect"
import fc from "fast-check"
import { afterAll, assert, describe, it } from "vitest"
import { oneServer } from "../src/one-server.ts"
import { gather, readEvents } from "../src/read-stream.ts"
import { question, startWired, token } from "../src/wired-server.ts"

const key = "canary-key-of-the-upstream"
const models = { data: [{ type: "model", id: "claude-scripted", max_input_tokens: 200_000 }], has_more: false }
const routes = { "GET /v1/models": models, "POST /v1/messages/count_tokens": { input_tokens: 4711 } }
const server = oneServer({ upstream: { routes }, anthropic: { key: Redacted.make(key) } })

const client = {
  authorization: `Bearer ${token}`,
  "content-type": "application/json",
  "anthropic-version": "2026-10-21",
  "anthropic-beta": "from-the-future-2030-01-01,other",
  "x-app": "cli"
}

const send = (body: string, headers: Readonly<Record<string, string>> = {}, path = "/v1/messages?beta=true") =>
  fetch(server().base + path, { method: "POST", headers: { ...client, ...headers }, body })

const stream = Buffer.from(
  [
    messageStart,
    textBlock(0, "Ünï 🎉", " it\u2028is"),
    callBlock(1, "toolu_1", "Bash", { value: "ls" }),
    'event: from_the_future\r\ndata: {"type":"from_the_future","x":1.0}\r\n\r\n',
    messageEnd("tool_use")
  ].join("")
)

const cut = (bytes: Uint8Array, places: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const ends = [...new Set([...places.map((place) => place % bytes.length), bytes.length])].toSorted((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter((piece) => piece.length > 0)
}
const cuts = fc.array(fc.nat(10_000), { maxLength: 12 })

describe("a request of an Anthropic client", () => {
  it("reaches an Anthropic upstream byte for byte, whatever it holds", async () => {
    server().upstream.play(jsonAnswer(wholeMessage([])))
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), async (value, indent) => {
        const text = JSON.stringify(
          { "": value, model: "claude-x", mcp_servers: [value], "ünï\u2028": "🎉" },
          null,
          indent
        )
        const place = server().upstream.calls.length
        await (await send(text)).arrayBuffer()
        assert.strictEqual((await server().upstream.call(place)).text, text)
      }),
      { numRuns: 25 }
    )
  })

  it("keeps its headers, path and query; those of this connection and this server stay here", async () => {
    server().upstream.play(jsonAnswer(wholeMessage([])))
    const place = server().upstream.calls.length
    await (await send(JSON.stringify(question), { cookie: "a=b", te: "trailers", "x-custom": "mine" })).arrayBuffer()
    const { headers, path } = await server().upstream.call(place)
    assert.strictEqual(path, "/v1/messages?beta=true")
    assert.deepInclude(headers, {
      "anthropic-version": "2026-10-21",
      "anthropic-beta": "from-the-future-2030-01-01,other",
      "x-app": "cli",
      "x-custom": "mine",
      "x-api-key": key,
      "content-type": "application/json",
      host: `127.0.0.1:${server().upstream.port}`
    })
    assert.doesNotHaveAnyKeys(headers, ["authorization", "cookie", "te", "accept-encoding"])
  })

  it("never brings the local token to the upstream, nor token or key to the log, in whatever header they stand", async () => {
    server().upstream.play(
      jsonAnswer({ type: "error", error: { type: "authentication_error", message: `no ${key}` } }, 401)
    )
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { "x-api-key": token, authorization: "Bearer other" },
      { "x-api-key": token, "x-copy": `a ${token} b` }
    ]) {
      const response = await send(JSON.stringify(question), headers)
      assert.strictEqual(response.status, 401)
      assert.notInclude(await response.text(), key)
    }
    assert.notInclude(JSON.stringify(server().upstream.seen.map((call) => [call.path, call.headers, call.text])), token)
    assert.notInclude(server().log(), token)
    assert.notInclude(server().log(), key)
  })

  it("is counted by the upstream, and gets its list of models", async () => {
    const counted = await send(JSON.stringify(question), {}, "/v1/messages/count_tokens?beta=true")
    assert.deepStrictEqual(await counted.json(), { input_tokens: 4711 })
    const listed = await fetch(`${server().base}/v1/models?limit=7`, { headers: client })
    assert.deepStrictEqual(await listed.json(), models)
    assert.strictEqual(server().upstream.seen.at(-1)?.path, "/v1/models?limit=7")
  })

  it("that is no JSON is refused here", async () => {
    const response = await send("{")
    assert.strictEqual(response.status, 400)
    assert.include(await response.text(), "not valid JSON")
  })
})

describe("a file that was uploaded here", () => {
  const asking = (...content: ReadonlyArray<object>) => ({ ...question, messages: [{ role: "user", content }] })

  it("goes to the upstream as what it is, in results too, and nothing else of the request changes", async () => {
    server().upstream.play(jsonAnswer(wholeMessage([])))
    const file = new File(["the words"], "notes.txt", { type: "text/plain" })
    const picture = new File([Buffer.from("iVBORw0KGgo=", "base64")], "dot.png", { type: "image/png" })
    const { id } = await server().anthropic.beta.files.upload({ file })
    const { id: pictureId } = await server().anthropic.beta.files.upload({ file: picture })
    const image = { type: "image", source: { type: "file", file_id: pictureId } }
    const body = asking(
      { type: "document", source: { type: "file", file_id: id }, from_the_future: 1 },
      { type: "tool_result", tool_use_id: "toolu_1", content: [image] }
    )
    const place = server().upstream.calls.length
    await (await send(JSON.stringify(body))).arrayBuffer()
    const sent = JSON.parse((await server().upstream.call(place)).text)
    const source = { type: "text", media_type: "text/plain", data: "the words" }
    const shown = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } }
    assert.deepStrictEqual(
      sent,
      asking(
        { type: "document", source, from_the_future: 1, title: "notes.txt" },
        { type: "tool_result", tool_use_id: "toolu_1", content: [shown] }
      )
    )
  })

  it("is the upstream's own where it is not known here: the request stays byte for byte", async () => {
    server().upstream.play(jsonAnswer(wholeMessage([])))
    const body = JSON.stringify(asking({ type: "image", source: { type: "file", file_id: "file_of_theirs" } }), null, 1)
    const place = server().upstream.calls.length
    await (await send(body)).arrayBuffer()
    assert.strictEqual((await server().upstream.call(place)).text, body)
  })
})

describe("an answer for an Anthropic client", () => {
  it("is the upstream's, byte for byte, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        server().upstream.play({ steps: cut(stream, places).flatMap((piece) => [piece, { waitMs: 1 }]) })
        const response = await send(JSON.stringify({ ...question, stream: true }))
        assert.isTrue(Buffer.from(await response.arrayBuffer()).equals(stream))
      }),
      { numRuns: 20 }
    )
  })

  it("keeps status and headers, also where it is not streamed", async () => {
    const body = ` ${JSON.stringify(wholeMessage([{ type: "from_the_future", x: 1 }]), null, 2)}\n`
    server().upstream.play({
      headers: {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
        "request-id": "req_upstream",
        "anthropic-ratelimit-requests-remaining": "7",
        "set-cookie": "a=b"
      },
      steps: [body]
    })
    const response = await send(JSON.stringify(question))
    assert.strictEqual(response.headers.get("request-id"), "req_upstream")
    assert.strictEqual(response.headers.get("anthropic-ratelimit-requests-remaining"), "7")
    assert.strictEqual(response.headers.get("x-pensieve-cache"), "bypass")
    assert.isNull(response.headers.get("set-cookie"))
    assert.strictEqual(await response.text(), body)
  })

  it("is counted for the log, streamed or not", async () => {
    for (const answer of [messageOf(textBlock(0, "hi"), messageEnd()), jsonAnswer(wholeMessage([]))]) {
      const model = `claude-${randomUUID()}`
      server().upstream.play(answer)
      await (await send(JSON.stringify({ ...question, model }))).arrayBuffer()
      const line = server()
        .log()
        .split("\n")
        .find((one) => one.includes(model))
      assert.match(line ?? "", /outcome=end-turn input=30 cached=60 output=10/)
    }
  })
})

describe("an upstream's error", () => {
  it("keeps status, headers and body", async () => {
    const body = '{ "type":"error", "error":{"type":"rate_limit_error","message":"slow down"},"request_id":"req_up" }'
    for (const status of [400, 413, 429, 500, 529]) {
      server().upstream.play({
        status,
        headers: {
          "content-type": "application/json",
          "retry-after": "300",
          "request-id": "req_up",
          "x-should-retry": "true"
        },
        steps: [body]
      })
      const response = await send(JSON.stringify(question))
      assert.strictEqual(response.status, status)
      assert.strictEqual(response.headers.get("retry-after"), "300")
      assert.strictEqual(response.headers.get("request-id"), "req_up")
      assert.strictEqual(response.headers.get("x-should-retry"), "true")
      assert.strictEqual(await response.text(), body)
    }
  })

  it("that is a page becomes an error of the API with the same status", async () => {
    server().upstream.play({
      status: 502,
      headers: { "content-type": "text/html" },
      steps: ["<html><title>Bad Gateway</title><script>x()</script></html>"]
    })
    const response = await send(JSON.stringify(question))
    assert.strictEqual(response.status, 502)
    const text = await response.text()
    assert.notMatch(text, /<|script/)
    assert.deepInclude(JSON.parse(text), { type: "error" })
  })

  it("that leads elsewhere is not followed with the token", async () => {
    server().upstream.play({ status: 307, headers: { location: "http://elsewhere.example/v1/messages" }, steps: [] })
    const response = await send(JSON.stringify(question), {})
    assert.strictEqual(response.status, 502)
    assert.match(await response.text(), /elsewhere\.example.*--upstream/)
  })
})

describe("an upstream that breaks off", () => {
  const dieAt = async (offset: number, how: "die" | "end") => {
    const answer: UpstreamAnswer = { steps: [stream.subarray(0, offset), ...(how === "die" ? (["die"] as const) : [])] }
    server().upstream.play(answer)
    return send(JSON.stringify({ ...question, stream: true }))
  }
  const stopped = stream.indexOf("event: message_stop")

  it("at any byte leaves the whole events it told, and an error behind them", async () => {
    for (let offset = 1; offset <= stopped; offset += 37)
      for (const how of ["die", "end"] as const) {
        // With its reason an answer that ends properly has ended.
        if (how === "end" && offset > stream.indexOf("event: message_delta")) continue
        const text = await (await dieAt(offset, how)).text()
        const at = text.lastIndexOf("event: error\n")
        assert.isAtLeast(at, 0, `${how} at ${offset}`)
        assert.isTrue(stream.subarray(0, offset).toString().startsWith(text.slice(0, at)), `${how} at ${offset}`)
        assert.match(text.slice(at), /^event: error\ndata: \{"type":"error","error":\{"type":"api_error",.*\}\n\n$/)
        const { stop, error } = gather(await readEvents(new Response(text)))
        assert.isDefined(error, `${how} at ${offset}`)
        if (offset < stream.indexOf("event: message_delta")) assert.isUndefined(stop)
      }
  }, 60_000)

  it("in an answer that is not streamed breaks the connection off", async () => {
    server().upstream.play({
      headers: { "content-type": "application/json", "content-length": "5000" },
      steps: ['{"type":"message"', "die"]
    })
    const response = await send(JSON.stringify(question))
    await response.text().then(
      () => assert.fail("it was complete"),
      () => undefined
    )
  })
})

describe("a client that goes away", () => {
  const never = new Promise<never>(() => undefined)
  for (const [phase, answer] of [
    ["before the upstream sends headers", { before: [{ until: never }], steps: [] }],
    ["while it is silent", { steps: ["hang"] }],
    ["while it writes words", { steps: [messageStart, textBlock(0, "hi"), "hang"] }]
  ] as ReadonlyArray<readonly [string, UpstreamAnswer]>)
    it(`${phase} hangs up on the upstream within a second`, async () => {
      server().upstream.play(answer)
      const place = server().upstream.calls.length
      const aborter = new AbortController()
      const pending = fetch(`${server().base}/v1/messages`, {
        method: "POST",
        headers: client,
        body: JSON.stringify({ ...question, stream: true }),
        signal: aborter.signal
      })
        .then((response) => response.text())
        .catch(() => undefined)
      const call = await server().upstream.call(place)
      const leftAt = Date.now()
      aborter.abort()
      assert.isBelow((await call.hungUp) - leftAt, 1000)
      await pending
    })
})

describe("an upstream that is not there", () => {
  const wired = startWired({ upstream: { routes }, anthropic: {} })
  afterAll(async () => (await wired).stop())

  it("is a 502 that says what to do", async () => {
    const { base, upstream } = await wired
    await upstream.stop()
    const response = await fetch(`${base}/v1/messages`, { method: "POST", headers: client, body: "{}" })
    assert.strictEqual(response.status, 502)
    assert.match(await response.text(), /cannot be reached .*Start it/)
  })
})
