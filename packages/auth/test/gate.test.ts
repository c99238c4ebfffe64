import { assert, describe, it } from "@effect/vitest"
import { checkGate, credentialsOf, hostsNamed, loopbackHosts } from "@pensieve/auth"
import { Result } from "effect"

const policy = { token: "secret", tokenRequired: true, hosts: loopbackHosts(7777) }
const request = (given: Record<string, string>, method = "POST", path = "/v1/messages") => {
  const headers = { host: "127.0.0.1:7777", ...given }
  return { method, path, url: path, headers, names: Object.keys(headers) }
}
const check = (headers: Record<string, string>, method = "POST", path = "/v1/messages") =>
  checkGate(request(headers, method, path), policy)
const tagOf = (result: ReturnType<typeof check>) => (Result.isFailure(result) ? result.failure._tag : "passed")

describe("the gate", () => {
  it("lets the token through in either header, or in both", () => {
    assert.strictEqual(tagOf(check({ authorization: "Bearer secret" })), "passed")
    assert.strictEqual(tagOf(check({ authorization: "bearer secret" })), "passed")
    assert.strictEqual(tagOf(check({ "x-api-key": "secret" })), "passed")
    assert.strictEqual(tagOf(check({ "x-api-key": "secret", authorization: "Bearer other" })), "passed")
  })

  it("refuses a missing token and a wrong one with the same words", () => {
    const missing = check({})
    const wrong = check({ authorization: "Bearer Secret" })
    assert.strictEqual(tagOf(missing), "AuthenticationFailed")
    assert.strictEqual(tagOf(wrong), "AuthenticationFailed")
    assert.strictEqual(
      Result.isFailure(missing) && missing.failure.message,
      Result.isFailure(wrong) && wrong.failure.message
    )
  })

  it.each([
    "evil.example",
    "127.0.0.1.evil.example:7777",
    "127.0.0.1:7778",
    "localhost.:7777",
    "user@127.0.0.1:7777",
    "127.0.0.1:7777/x",
    ""
  ])("refuses the foreign host %s before it looks at the token", (host) =>
    assert.strictEqual(tagOf(check({ host, authorization: "Bearer secret" })), "PermissionDenied")
  )

  it("refuses browsers even with the token", () => {
    assert.strictEqual(
      tagOf(check({ authorization: "Bearer secret", origin: "http://localhost:7777" })),
      "PermissionDenied"
    )
    assert.strictEqual(
      tagOf(check({ authorization: "Bearer secret", "sec-fetch-site": "cross-site" })),
      "PermissionDenied"
    )
  })

  it("opens exactly three pairs without a token", () => {
    assert.strictEqual(tagOf(check({}, "GET", "/health")), "passed")
    assert.strictEqual(tagOf(check({}, "HEAD", "/")), "passed")
    assert.strictEqual(tagOf(check({}, "HEAD", "/api/hello")), "passed")
    for (const [method, path] of [
      ["POST", "/health"],
      ["GET", "/"],
      ["GET", "/api/hello"],
      ["GET", "/v1/models"],
      ["GET", "/nothing"]
    ] as const)
      assert.strictEqual(tagOf(check({}, method, path)), "AuthenticationFailed")
  })

  it("takes the case of the host as it comes", () => {
    assert.strictEqual(tagOf(check({ host: "LocalHost:7777", "x-api-key": "secret" })), "passed")
  })
})

describe("credentialsOf", () => {
  it("ignores other authorization schemes and empty keys", () => {
    assert.deepStrictEqual(credentialsOf({ authorization: "Basic c2VjcmV0", "x-api-key": "" }), [])
  })

  it("refuses requests that say nothing of their Host, or say it twice", () => {
    for (const names of [[], ["Host", "host"]])
      assert.strictEqual(
        tagOf(checkGate({ ...request({ authorization: "Bearer secret" }), names }, policy)),
        "InvalidRequest"
      )
  })

  it("refuses addresses and lists of headers without end", () => {
    const long = { ...request({}), url: `/v1/messages?${"x".repeat(9000)}` }
    assert.strictEqual(tagOf(checkGate(long, policy)), "InvalidRequest")
    const many = { ...request({}), names: ["host", ...Array.from({ length: 100 }, (_, index) => `x-${index}`)] }
    assert.strictEqual(tagOf(checkGate(many, policy)), "InvalidRequest")
  })

  it("refuses what only browsers send, whoever it comes from", () => {
    const token = { authorization: "Bearer secret" }
    for (const site of ["cross-site", "same-site"])
      assert.strictEqual(tagOf(check({ ...token, "sec-fetch-site": site })), "PermissionDenied")
    assert.strictEqual(tagOf(check(token, "OPTIONS")), "PermissionDenied")
    assert.strictEqual(tagOf(check({ ...token, "sec-fetch-site": "none" })), "passed")
  })

  it("lets everybody of this machine through where the token is optional, and no web page", () => {
    const open = { ...policy, tokenRequired: false }
    assert.strictEqual(tagOf(checkGate(request({}), open)), "passed")
    assert.strictEqual(tagOf(checkGate(request({ origin: "https://evil.example" }), open)), "PermissionDenied")
    assert.strictEqual(tagOf(checkGate(request({ host: "evil.example" }), open)), "PermissionDenied")
  })
})

describe("names of ours", () => {
  it("stand in the Host header with the port, unless they have one of their own", () => {
    assert.deepEqual(hostsNamed("Host.Docker.Internal", 7777), ["host.docker.internal:7777"])
    assert.deepEqual(hostsNamed("box.example:8443", 7777), ["box.example:8443"])
    assert.deepEqual(hostsNamed("[fe80::1]", 7777), ["[fe80::1]:7777"])
    assert.deepEqual(hostsNamed("box", 80), ["box", "box:80"])
  })
})
