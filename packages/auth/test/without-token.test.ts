import { assert, describe, it } from "@effect/vitest"
import { withoutToken } from "@pensieve/auth"

describe("the headers that may leave this machine", () => {
  it("hold the token in no header and no form", () => {
    const headers = {
      authorization: "Bearer secret-token",
      "x-api-key": "secret-token",
      "x-copy": "id=secret-token; more",
      "x-own": "another",
      "x-none": undefined
    }
    assert.deepStrictEqual(withoutToken(headers, "secret-token"), { "x-own": "another" })
  })
})
