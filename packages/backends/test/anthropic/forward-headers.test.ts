import { assert, describe, it } from "vitest"
import { forwardedToClient, forwardedToUpstream } from "../../src/anthropic/forward-headers.ts"

describe("the headers of a passed request", () => {
  it("go on but for those of the connection, of this server, and the credentials", () => {
    const headers = {
      "anthropic-version": "2023-06-01",
      "user-agent": "claude-cli/2",
      "x-stainless-lang": "js",
      authorization: "Bearer x",
      connection: "keep-alive, X-Of-The-Hop",
      cookie: "a=b",
      host: "localhost:7777",
      origin: "http://localhost",
      "content-length": "3",
      "sec-fetch-mode": "cors",
      "transfer-encoding": "chunked",
      "x-api-key": "x",
      "x-forwarded-for": "10.0.0.1",
      "x-of-the-hop": "x"
    }
    assert.deepStrictEqual(forwardedToUpstream(headers), {
      "anthropic-version": "2023-06-01",
      "user-agent": "claude-cli/2",
      "x-stainless-lang": "js"
    })
  })
})

describe("the headers of a passed answer", () => {
  it("go back but for those of the connection and of the upstream's site", () => {
    const headers = {
      "anthropic-organization-id": "o",
      "content-type": "application/json",
      "request-id": "req_1",
      "retry-after": "7",
      "keep-alive": "timeout=5",
      "set-cookie": "a=b",
      server: "cloudflare",
      "access-control-allow-origin": "*"
    }
    assert.deepStrictEqual(Object.keys(forwardedToClient(headers)), [
      "anthropic-organization-id",
      "content-type",
      "request-id",
      "retry-after"
    ])
  })
})
