import { assert, describe, it } from "@effect/vitest"
import { faultOf } from "../../src/upstream/upstream-fault.ts"

describe("a fault", () => {
  it.each([
    [{ code: "ECONNREFUSED" }, "refused"],
    [{ code: "UND_ERR_CONNECT_TIMEOUT" }, "refused"],
    [{ code: "ENOTFOUND" }, "unknown-host"],
    [{ code: "EAI_AGAIN" }, "unknown-host"],
    [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, "tls"],
    [{ code: "ERR_TLS_CERT_ALTNAME_INVALID" }, "tls"],
    [{ code: "UND_ERR_HEADERS_TIMEOUT" }, "silent"],
    [{ code: "UND_ERR_SOCKET" }, "broken"],
    [{ code: "HPE_INVALID_CONSTANT" }, "broken"],
    [new AggregateError([{ code: "ECONNREFUSED" }, { code: "ECONNREFUSED" }]), "refused"],
    [new Error("outer", { cause: { code: "ECONNRESET" } }), "broken"],
    ["nonsense", "broken"]
  ])("%o is %s", (cause, kind) => {
    assert.strictEqual(faultOf("http://x", cause).kind, kind)
  })
})
