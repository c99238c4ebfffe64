import { assert, describe, it } from "@effect/vitest"
import { formatPattern } from "../../src/grammar/format-patterns.ts"

const matches = (format: string, text: string): boolean =>
  formatPattern(format).every((pattern) => new RegExp(`^${pattern}$`, "u").test(text))

describe("a format without quotation marks around it", () => {
  it.each<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]>([
    ["date", ["2024-02-29", "1999-12-31"], ["2024-02-30", "2024-13-01", "24-01-01"]],
    ["time", ["23:59:59Z", "00:00:00.5+02:00"], ["24:00:00Z", "12:00:60Z", "12:00:00"]],
    ["date-time", ["2024-02-29T12:00:00Z"], ["2024-02-29 12:00:00Z"]],
    ["uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]],
    ["ipv4", ["127.0.0.1", "255.255.255.255"], ["256.0.0.1", "1.2.3"]],
    ["ipv6", ["::", "::1", "fe80::1:2", "1:2:3:4:5:6:7:8"], ["1:2:3:4:5:6:7", "1::2::3", ":1"]],
    ["duration", ["P1D", "PT5M30S", "P1Y2M3DT4H", "P2W"], ["P", "PT", "P1H", "P1D2M"]],
    ["email", ["john.smith@example.com"], ["john", "@example.com", "a b@c.de"]],
    ["hostname", ["example.com", "a-b"], ["-a", "a..b"]],
    [
      "uri",
      ["https://example.com/a?b=c#d", "mailto:a@b.de", "file:///tmp/x", "urn:x:1"],
      ["https:", "x", "a b:c", "h://%zz"]
    ]
  ])("%s", (format, good, bad) => {
    assert.deepStrictEqual(
      good.filter((text) => !matches(format, text)),
      []
    )
    assert.deepStrictEqual(
      bad.filter((text) => matches(format, text)),
      []
    )
  })

  it("is any text where it has no expression", () => assert.deepStrictEqual(formatPattern("regex"), []))
})
