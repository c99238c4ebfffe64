import { assert, describe, it } from "@effect/vitest"
import { checkGate, credentialsOf, loopbackHosts } from "@pensieve/auth"
import { Result } from "effect"

const policy = { token: "secret", hosts: loopbackHosts(7777) }
const check = (headers: Record<string, string>, method = "POST", path = "/v1/messages") =>
  checkGate({ method, path, headers: { host: "127.0.0.1:7777", ...headers } }, policy)
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
})
