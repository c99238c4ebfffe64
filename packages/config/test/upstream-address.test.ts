import { assert, describe, it } from "@effect/vitest"
import { resolveConfiguration, upstreamAddress } from "@pensieve/config"
import { Result } from "effect"

describe("the address of an upstream", () => {
  it.each([
    ["http://localhost:1234", "http://localhost:1234"],
    ["http://localhost:1234/", "http://localhost:1234"],
    ["http://localhost:1234/v1/", "http://localhost:1234/v1"],
    ["localhost:1234", "http://localhost:1234"],
    ["192.168.1.5:8080/v1", "http://192.168.1.5:8080/v1"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["https://api.example.com/openai/v1", "https://api.example.com/openai/v1"]
  ])("%s is %s", (text, url) => {
    assert.strictEqual(Result.getOrThrow(upstreamAddress(text)), url)
    assert.isTrue(Result.isSuccess(resolveConfiguration({ flags: { upstream: text }, env: {} })))
  })

  it.each(["  ", "ftp://host", "http://", "unix:///run/x", "http://host:99999"])("cannot be %j", (text) => {
    assert.isTrue(Result.isFailure(upstreamAddress(text)))
    const result = resolveConfiguration({ flags: { upstream: text }, env: {} })
    assert.match(Result.isFailure(result) ? (result.failure[0]?.message ?? "") : "", /--upstream must be the address/)
  })

  it("holds no secret, and none that stands in it is repeated", () => {
    for (const text of ["http://me:secret@host", "http://host/v1?key=secret"]) {
      const result = upstreamAddress(text)
      const message = Result.isFailure(result) ? result.failure : ""
      assert.match(message, /PENSIEVE_UPSTREAM_KEY/)
      assert.notInclude(message, "secret")
    }
  })
})
