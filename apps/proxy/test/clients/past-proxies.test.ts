import { assert, describe, it } from "vitest"
import { pastProxies } from "../../src/clients/past-proxies.ts"

describe("a client's environment", () => {
  it("stays as it is where no proxy is named", () => {
    assert.deepEqual(pastProxies({ NO_PROXY: "a" }), {})
  })

  it("names this machine among the hosts that are reached directly", () => {
    const hosts = "intranet.example,127.0.0.1,localhost,::1"
    assert.deepEqual(pastProxies({ HTTPS_PROXY: "http://p:1", NO_PROXY: "intranet.example" }), {
      NO_PROXY: hosts,
      no_proxy: hosts
    })
  })

  it("names no host twice", () => {
    assert.strictEqual(
      pastProxies({ http_proxy: "p", no_proxy: " localhost , a," })["NO_PROXY"],
      "localhost,a,127.0.0.1,::1"
    )
  })
})
