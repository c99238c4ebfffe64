import type { Chance } from "./chance.ts"

/** What stands in the prompt of every request that has no token. No backend may ever see it. */
export const strangersMark = "said-by-a-stranger"
const friendsMark = "said-by-a-friend"

/** Bytes for a socket of their own. */
export interface MalformedRequest {
  readonly bytes: Buffer
  /** The token is in it. */
  readonly trusted: boolean
  /** The socket is torn down as soon as they are sent. */
  readonly abrupt: boolean
}

/** Whom the requests are for. */
export interface Target {
  readonly port: number
  readonly token: string
}

const usual = 0.75

/** What is right, or now and then one of those that are not. */
const mostly = <A>(chance: Chance, right: A, wrong: readonly [A, ...ReadonlyArray<A>]): A =>
  chance.next() < usual ? right : chance.one(wrong)

const methods = [
  "GET",
  "POST",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "TRACE",
  "CONNECT",
  "PRI",
  "get",
  "G\tET",
  ""
] as const
const paths = [
  "/v1/messages",
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/models",
  "/metrics",
  "/health",
  "/",
  "*",
  "//v1/messages",
  "/health/../v1/messages",
  "/%2e%2e/v1/models",
  "/v1/models?token=x#",
  "/v1/models;/health",
  "/health\u0000",
  "/héalth",
  "http://evil.example/v1/messages",
  "127.0.0.1:22"
] as const
const versions = [
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/0.9",
  "HTTP/2.0",
  "HTTP/1.1 ",
  "http/1.1",
  "ICY"
] as const
const lineEnds = ["\n", "\r", "\r\n ", "\n\r"] as const

const hostsOf = (port: number) =>
  [
    `localhost:${port}`,
    `[::1]:${port}`,
    "evil.example",
    `127.0.0.1.evil.example:${port}`,
    `user@127.0.0.1:${port}`,
    `127.0.0.1:${port}/x?y`,
    `127.0.0.1:${port}, evil.example`,
    "",
    `[::1`,
    "127.0.0.1:999999"
  ] as const

/** Credentials that are almost right. */
const almost = (token: string) =>
  [
    "",
    `Authorization: Bearer ${token.slice(1)}`,
    `Authorization: Bearer ${token}x`,
    `Authorization: Bearer ${token.toUpperCase()}`,
    `Authorization: Basic ${Buffer.from(`x:${token}`).toString("base64")}`,
    `Authorization : Bearer ${token.slice(2)}`,
    `X-Api-Key: ${token.slice(0, -1)}`,
    `Cookie: token=${token}`,
    `X-Token: ${token}`,
    `Authorization: Bearer ${"x".repeat(9000)}`
  ] as const

const oddHeaders = (chance: Chance) =>
  [
    "",
    "Origin: https://evil.example",
    "Sec-Fetch-Site: cross-site",
    "Content-Type: text/plain",
    "Content-Encoding: gzip",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding: xchunked",
    "Content-Length: -1",
    "Content-Length: +5",
    "Content-Length: 5, 6",
    "Content-Length: 99999999999999999999",
    "Content-Length: 0x10",
    `Content-Length: ${chance.below(1000)}`,
    "Connection: upgrade\r\nUpgrade: websocket",
    "Connection: keep-alive, close, x",
    "Expect: 100-continue",
    "Expect: 200-nothing",
    " folded: yes",
    ": nameless",
    "No colon at all",
    "X: a\0b",
    `X-Long: ${"x".repeat(chance.below(50_000))}`,
    "__proto__: 1",
    "constructor: 1",
    ...[chance.below(300)].map((count) => Array.from({ length: count }, (_, index) => `X-${index}: 1`).join("\r\n"))
  ] as unknown as readonly [string, ...ReadonlyArray<string>]

const bodies = (chance: Chance, mark: string) => {
  const good = JSON.stringify({ model: "m", max_tokens: 5, messages: [{ role: "user", content: mark }], input: mark })
  return [
    "",
    good,
    good.slice(0, chance.below(good.length)),
    good.replace("5", "NaN"),
    `{"__proto__":{"stream":true},${good.slice(1)}`,
    "[".repeat(chance.below(20_000)),
    `5\r\n${good}\r\n0\r\n\r\n`,
    `${good.length.toString(16)};${"x".repeat(chance.below(3000))}\r\n${good}\r\n0\r\n\r\n`,
    `-1\r\n${good}\r\n0\r\n\r\n`,
    "ffffffffffffffffff\r\n",
    `0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n`,
    `${good}GET /health HTTP/1.1\r\n\r\n`
  ] as const
}

/** Bytes that were never meant to be HTTP/1. */
const foreign = [
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", "latin1"),
  Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
  Buffer.from("\r\n\r\n\r\n\r\n"),
  Buffer.from("*1\r\n$4\r\nPING\r\n"),
  Buffer.alloc(5000, 255)
] as const

/** A request with something wrong in it; often several things. */
export const malformedRequest = (chance: Chance, { port, token }: Target): MalformedRequest => {
  const abrupt = chance.next() < 0.05
  if (chance.next() < 0.05) return { bytes: chance.one(foreign), trusted: false, abrupt }
  // What knows the token gets deeper: into framing, bodies and decoding.
  const trusted = chance.next() < 0.15
  const end = mostly<string>(chance, "\r\n", lineEnds)
  const body = chance.one(bodies(chance, trusted ? friendsMark : strangersMark))
  const lines = [
    [
      mostly<string>(chance, "POST", methods),
      mostly<string>(chance, "/v1/messages", paths),
      mostly<string>(chance, "HTTP/1.1", versions)
    ].join(chance.next() < 0.03 ? "  " : " "),
    `Host: ${mostly<string>(chance, `127.0.0.1:${port}`, hostsOf(port))}`,
    ...(chance.next() < 0.1 ? [`Host: ${chance.one(hostsOf(port))}`] : []),
    trusted ? `Authorization: Bearer ${token}` : chance.one(almost(token)),
    ...(chance.next() < 0.7 ? ["Content-Type: application/json"] : []),
    ...(chance.next() < 0.6 ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
    ...Array.from({ length: chance.below(3) }, () => chance.one(oddHeaders(chance)))
  ].filter((line) => line !== "")
  const text = Buffer.from(`${lines.join(end)}${end}${chance.next() < 0.95 ? end : ""}${body}`, "latin1")
  return { bytes: chance.next() < 0.4 ? damaged(chance, text, trusted ? "" : token) : text, trusted, abrupt }
}

/** A few bytes changed, doubled, lost, or the end cut off. By chance alone nobody may come to the token. */
const damaged = (chance: Chance, bytes: Buffer, token: string): Buffer => {
  let result = Buffer.from(bytes)
  for (let wound = chance.below(4); wound >= 0; wound--) {
    const at = chance.below(result.length + 1)
    const length = chance.below(20)
    result = chance.one([
      () => Buffer.concat([result.subarray(0, at), Buffer.from([chance.below(256)]), result.subarray(at + 1)]),
      () => Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - length))]),
      () => Buffer.concat([result.subarray(0, at), result.subarray(at + length)]),
      () => result.subarray(0, at)
    ])()
  }
  return token !== "" && isCredential(result, token) ? bytes : result
}

/** Whether the token stands where it counts. */
const isCredential = (bytes: Buffer, token: string): boolean =>
  new RegExp(`(Bearer +|X-Api-Key: *)${token}\\s`, "i").test(bytes.toString("latin1"))
