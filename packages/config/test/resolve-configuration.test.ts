import { assert, describe, it } from "@effect/vitest"
import {
  backendsOf,
  changedPaths,
  type ConfigInput,
  configurationJsonSchema,
  resolveConfiguration,
  shownValues
} from "@pensieve/config"
import { Result } from "effect"

const resolve = (input: Partial<ConfigInput>) => resolveConfiguration({ flags: {}, env: {}, ...input })
const file = (text: string) => ({ path: "config.yaml", text })
const problems = (input: Partial<ConfigInput>) => {
  const result = resolve(input)
  return Result.isFailure(result) ? result.failure : []
}

describe("resolveConfiguration", () => {
  it("gives the defaults when nothing is said", () => {
    const { value, originOf } = Result.getOrThrow(resolve({}))
    const { port, logLevel, backends, router, localOnly, model } = value
    assert.deepStrictEqual(
      { port, logLevel, backends, router, localOnly, model },
      {
        port: 7777,
        logLevel: "info",
        backends: {},
        router: { longContext: { threshold: 60_000 }, tiers: {}, functionMs: 500, rules: [] },
        localOnly: false,
        model: undefined
      }
    )
    assert.deepStrictEqual(originOf(["port"]), { from: "default" })
  })

  it("prefers the flag, then the environment, then the file, and says which it was", () => {
    const env = { PENSIEVE_PORT: "2" }
    const yaml = file("port: 3\nmodel: some/model\n")
    const of = (input: Partial<ConfigInput>) => {
      const { value, originOf } = Result.getOrThrow(resolve(input))
      return [value.port, originOf(["port"]).from]
    }
    assert.deepStrictEqual(of({ flags: { port: "1" }, env, file: yaml }), [1, "flag"])
    assert.deepStrictEqual(of({ env, file: yaml }), [2, "environment"])
    assert.deepStrictEqual(of({ file: yaml }), [3, "file"])
  })

  it("takes an empty variable as absent", () => {
    assert.strictEqual(Result.getOrThrow(resolve({ env: { PENSIEVE_PORT: "" } })).value.port, 7777)
  })

  it("names the flag, the value and what it must be", () => {
    assert.deepStrictEqual(problems({ flags: { port: "70000" } }), [
      { message: "--port must be a whole number from 0 to 65535 (it is 70000)" }
    ])
    assert.deepStrictEqual(problems({ flags: { port: "many" } }), [
      { message: `--port must be a whole number from 0 to 65535 (it is "many")` }
    ])
  })

  it("never repeats a token in a message", () => {
    assert.deepStrictEqual(problems({ env: { PENSIEVE_TOKEN: "  " } }), [
      { message: "PENSIEVE_TOKEN must be a text that is not empty" }
    ])
    assert.notInclude(JSON.stringify(problems({ file: file("token: [canary]\n") })), "canary")
  })

  it("reports every problem of the file with line and column, and the nearest valid name", () => {
    assert.deepStrictEqual(problems({ file: file("port: many\nmodle: x\nlogLevel: wran\n") }), [
      { message: "config.yaml: modle is not known here; did you mean model?", line: 2, column: 1 },
      {
        message: `config.yaml: port must be a whole number from 0 to 65535 (it is "many")`,
        line: 1,
        column: 1
      },
      {
        message: `config.yaml: logLevel must be one of debug, info, warn, error (it is "wran"); did you mean warn?`,
        line: 3,
        column: 1
      }
    ])
  })

  it("refuses what is not a mapping, broken text, a repeated key and an alias", () => {
    assert.match(problems({ file: file("- a\n- b\n") })[0]?.message ?? "", /mapping/)
    assert.isNotEmpty(problems({ file: file("port: [1\n") }))
    assert.match(problems({ file: file("a: {b: ${C}, d: [}\n") })[0]?.message ?? "", /write "\$\{NAME\}" in quotes$/)
    assert.strictEqual(problems({ file: file("port: 1\nport: 2\n") })[0]?.line, 2)
    assert.match(problems({ file: file("port: &a 1\nwindow: *a\n") })[0]?.message ?? "", /aliases/)
  })

  it("takes an empty file, and JSON", () => {
    assert.strictEqual(Result.getOrThrow(resolve({ file: file("# nothing yet\n") })).value.port, 7777)
    assert.strictEqual(Result.getOrThrow(resolve({ file: file('{"port": 81}') })).value.port, 81)
  })
})

describe("the shown configuration", () => {
  it("masks secrets and tells where each value came from", () => {
    const resolved = Result.getOrThrow(
      resolve({ file: file("token: canary\n"), env: { PENSIEVE_WINDOW: "5000" }, flags: { "log-level": "warn" } })
    )
    const shown = shownValues(resolved)
    for (const expected of [
      { path: "port", value: "7777", origin: "default" },
      { path: "router.longContext.threshold", value: "60000", origin: "default" },
      { path: "logLevel", value: `"warn"`, origin: "--log-level" },
      { path: "token", value: "********", origin: "file" },
      { path: "window", value: "5000", origin: "PENSIEVE_WINDOW" }
    ])
      assert.deepInclude(shown, expected)
  })
})

describe("two configurations", () => {
  it("differ in the settings that have another value, secrets included, or are in one of them only", () => {
    const [one, other] = ["token: a\nwindow: 5000\n", "token: b\nbackends: {x: {kind: mlx}}\n"].map((text) =>
      Result.getOrThrow(resolve({ file: file(text) }))
    )
    assert.isTrue(one !== undefined && other !== undefined)
    if (one === undefined || other === undefined) return
    assert.deepStrictEqual(changedPaths(one, one), [])
    assert.sameMembers([...changedPaths(one, other)], ["token", "window", "backends.x.kind"])
  })
})

describe("the headers for an upstream", () => {
  it("are a mapping, masked where the configuration is shown", () => {
    const resolved = Result.getOrThrow(resolve({ env: { PENSIEVE_UPSTREAM_HEADERS: "{X-Team: canary, b: '2'}" } }))
    assert.deepStrictEqual(resolved.value.upstreamHeaders, { "X-Team": "canary", b: "2" })
    assert.notInclude(JSON.stringify(shownValues(resolved)), "canary")
  })

  it("must be headers", () => {
    for (const text of ["nothing", "{'a b': c}", '{a: "b\\n"}', "{a: 1}"])
      assert.lengthOf(problems({ env: { PENSIEVE_UPSTREAM_HEADERS: text } }), 1, text)
  })
})

describe("where the server listens", () => {
  it("is this machine alone, unless the user says twice that others may ask", () => {
    const [problem] = problems({ flags: { host: "0.0.0.0" } })
    assert.match(
      problem?.message ?? "",
      /--host is "0\.0\.0\.0", which other machines can reach; say allowNetwork: true/
    )
    assert.isEmpty(problems({ flags: { host: "0.0.0.0", "allow-network": "true" } }))
    assert.isEmpty(problems({ flags: { host: "localhost" } }))
  })

  it("is not open to the network without the token", () => {
    const network = { host: "0.0.0.0", "allow-network": "true", auth: "optional" }
    assert.match(problems({ flags: network })[0]?.message ?? "", /--auth must be required/)
    assert.isEmpty(problems({ flags: { auth: "optional" } }))
  })
})

describe("a server that loads no model", () => {
  it("needs somebody else who answers", () => {
    assert.match(
      problems({ flags: { "proxy-only": "true" } })[0]?.message ?? "",
      /--proxy-only is true, and there is no server/
    )
    assert.isEmpty(problems({ flags: { "proxy-only": "true", upstream: "http://localhost:1" } }))
    assert.isEmpty(problems({ flags: { "proxy-only": "true", mode: "lmstudio" } }))
  })

  it("is told no model of this machine", () => {
    const flags = { "proxy-only": "true", upstream: "http://localhost:1" }
    assert.match(
      problems({ flags: { ...flags, model: "demo" } })[0]?.message ?? "",
      /--model is a model of this machine/
    )
    const own = "backends:\n  own: {kind: mlx}\n"
    assert.match(problems({ flags, file: file(own) })[0]?.message ?? "", /backends\.own\.kind is mlx/)
    const rule = "router: {background: mlx}\n"
    assert.match(problems({ flags, file: file(rule) })[0]?.message ?? "", /mlx/)
  })
})

describe("the engine's own settings", () => {
  it("reach the engine that is there without being named, and no server", () => {
    const { value } = Result.getOrThrow(resolve({ flags: { "kv-bits": "8", "chat-template": "t.jinja" } }))
    assert.deepInclude(backendsOf(value, undefined)["mlx"], { kvBits: 8, chatTemplate: "t.jinja" })
    assert.match(problems({ flags: { "kv-bits": "5" } })[0]?.message ?? "", /must be 4 or 8/)
    const server = "backends:\n  a: {kind: openai, url: 'http://localhost:1', kvBits: 8}\n"
    assert.match(problems({ file: file(server) })[0]?.message ?? "", /kvBits is for kind mlx/)
  })
})

describe("the JSON Schema", () => {
  it("knows every setting, requires none and allows no other", () => {
    const schema = configurationJsonSchema()
    assert.deepStrictEqual(schema["required"], [])
    assert.strictEqual(schema["additionalProperties"], false)
    const text = JSON.stringify(schema["properties"])
    assert.include(text, `"default":7777`)
    assert.include(text, `"default":60000`)
    const required = new Set([...text.matchAll(/"required":(\[[^\]]*\])/g)].map(([, names]) => names))
    assert.deepStrictEqual([...required].toSorted(), [`["kind"]`, `["name","when","use"]`, `["targets"]`, "[]"])
  })
})
