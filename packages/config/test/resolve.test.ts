import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { leavesOf } from "../src/leaves.ts"
import { type ConfigInput, resolverOf } from "../src/resolve.ts"

/** A schema with everything a configuration may hold: nesting, lists, mappings by name. */
const Sample = Schema.Struct({
  cache: Schema.Struct({
    enabled: Schema.Boolean.annotate({ default: false }),
    maxBytes: Schema.Int.annotate({ default: 1000, expected: "a number of bytes" })
  }),
  servers: Schema.Record(
    Schema.String,
    Schema.Struct({
      kind: Schema.Literals(["near", "far"]),
      url: Schema.String,
      key: Schema.optionalKey(Schema.String.annotate({ secret: true }))
    })
  ).annotate({ default: {} }),
  names: Schema.Array(Schema.String).annotate({ default: [] })
})

const resolveSample = resolverOf(Sample, ({ names }) =>
  names.flatMap((name, index) => (name === "nobody" ? [{ path: ["names", index], message: "names nobody" }] : []))
)
const resolve = (input: Partial<ConfigInput>) => resolveSample({ flags: {}, env: {}, ...input })
const messages = (input: Partial<ConfigInput>) => {
  const result = resolve(input)
  return Result.isFailure(result) ? result.failure : []
}
const file = (text: string) => ({ path: "c.yaml", text })

describe("the settings of a schema", () => {
  it("have a flag and a variable each; lists and mappings are one setting", () => {
    assert.deepStrictEqual(
      leavesOf(Sample.ast).map(({ flag, env, kind }) => [flag, env, kind]),
      [
        ["cache-enabled", "PENSIEVE_CACHE_ENABLED", "boolean"],
        ["cache-max-bytes", "PENSIEVE_CACHE_MAX_BYTES", "number"],
        ["servers", "PENSIEVE_SERVERS", "yaml"],
        ["names", "PENSIEVE_NAMES", "yaml"]
      ]
    )
  })
})

describe("resolving", () => {
  it("lays the sources over each other key by key, and knows the origin of each value", () => {
    const { value, originOf } = Result.getOrThrow(
      resolve({
        presets: [{ name: "lab", tree: { servers: { a: { kind: "near", url: "http://a" } }, names: ["preset"] } }],
        file: file("servers:\n  b: {kind: far, url: http://b}\ncache: {enabled: true}\n"),
        env: { PENSIEVE_NAMES: "[x, y]" },
        flags: { "cache-enabled": "off", servers: "{b: {url: http://c}}" }
      })
    )
    assert.deepStrictEqual(value, {
      cache: { enabled: false, maxBytes: 1000 },
      servers: { a: { kind: "near", url: "http://a" }, b: { kind: "far", url: "http://c" } },
      names: ["x", "y"]
    })
    assert.deepStrictEqual(originOf(["servers", "a", "url"]), { from: "preset", name: "lab" })
    assert.deepStrictEqual(originOf(["servers", "b", "kind"]), { from: "file" })
    assert.deepStrictEqual(originOf(["servers", "b", "url"]), { from: "flag", name: "--servers" })
    assert.deepStrictEqual(originOf(["names", 0]), { from: "environment", name: "PENSIEVE_NAMES" })
  })

  it("puts variables into texts, with a default and an escape", () => {
    const yaml = file("servers:\n  a: {kind: near, url: '${HOST}:${PORT:-80}/$$x', key: '${KEY}'}\n")
    const { value } = Result.getOrThrow(resolve({ file: yaml, env: { HOST: "http://h", KEY: "k" } }))
    assert.deepStrictEqual(value.servers["a"], { kind: "near", url: "http://h:80/$x", key: "k" })
    assert.deepStrictEqual(messages({ file: yaml, env: { HOST: "http://h" } }), [
      { message: "c.yaml: servers.a.key names the variable KEY, which is not set", line: 2, column: 51 }
    ])
  })

  it("finds what is wrong deep inside, with its place", () => {
    const yaml = file("servers:\n  a:\n    kind: naer\n    ulr: http://a\nnames:\n  - one\n  - 2\n")
    assert.deepStrictEqual(messages({ file: yaml }), [
      { message: "c.yaml: servers.a.ulr is not known here; did you mean url?", line: 4, column: 5 },
      {
        message: `c.yaml: servers.a.kind must be one of near, far (it is "naer"); did you mean near?`,
        line: 3,
        column: 5
      },
      { message: "c.yaml: servers.a.url is missing; it must be a text", line: 2, column: 3 },
      { message: "c.yaml: names[1] must be a text (it is 2)", line: 7, column: 5 }
    ])
  })

  it("tells what refers to nothing, where it stands", () => {
    assert.deepStrictEqual(messages({ file: file("names: [one, nobody]\n") }), [
      { message: "c.yaml: names[1] names nobody", line: 1, column: 14 }
    ])
    assert.deepStrictEqual(messages({ flags: { names: "[nobody]" } }), [{ message: "--names names nobody" }])
  })

  it("keeps keys such as __proto__ harmless", () => {
    assert.isTrue(Result.isFailure(resolve({ file: file('{"__proto__": {"cache": {"enabled": true}}}') })))
    assert.isUndefined(Reflect.get({}, "cache"))
  })
})
