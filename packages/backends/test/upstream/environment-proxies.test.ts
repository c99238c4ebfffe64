import { unusableProxy } from "@pensieve/backends"
import { assert, describe, it } from "vitest"
import { environmentProxies } from "../../src/upstream/environment-proxies.ts"

describe("the proxies of an environment", () => {
  it("are none where none is named", () => {
    assert.deepEqual(environmentProxies({ http_proxy: " " }), {})
  })

  it("are those of the lower-case names first, and need no scheme", () => {
    assert.deepEqual(
      environmentProxies({ http_proxy: "a:1", HTTP_PROXY: "b:1", HTTPS_PROXY: "https://c", NO_PROXY: "d" }),
      {
        httpProxy: "http://a:1",
        httpsProxy: "https://c",
        noProxy: "d"
      }
    )
  })

  it("may be one for all", () => {
    const all = { httpProxy: "socks5://s:1080", httpsProxy: "http://t" }
    assert.deepEqual(environmentProxies({ ALL_PROXY: "socks5://s:1080", https_proxy: "t" }), all)
  })

  it("that are no addresses are told by the variable", () => {
    assert.strictEqual(unusableProxy({ https_proxy: "ftp://p" }), "HTTPS_PROXY")
    assert.strictEqual(unusableProxy({ ALL_PROXY: "http://[" }), "ALL_PROXY")
    assert.isUndefined(unusableProxy({ HTTPS_PROXY: "proxy.example:3128" }))
  })
})
