import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as translator from "@pensieve/translator"
import * as anthropic from "@pensieve/translator/anthropic"
import * as openaiChat from "@pensieve/translator/openai-chat"
import * as openaiResponses from "@pensieve/translator/openai-responses"

/** What every dialect offers. */
const common = [
  "decodeError",
  "decodeRequest",
  "decodeResponse",
  "decodeStream",
  "defaultRequestOptions",
  "encodeError",
  "encodeRequest",
  "encodeResponse",
  "encodeStream",
  "endDecode",
  "endResponse",
  "endStream",
  "foldResponse",
  "initialDecode",
  "initialResponse",
  "initialStream",
  "stepEnd",
  "stepStream",
  "streamOptions"
]

const offered = {
  anthropic: translator.anthropic,
  openaiChat: translator.openaiChat,
  openaiResponses: translator.openaiResponses
}
const dialects = { anthropic, openaiChat, openaiResponses }

/** What a dialect offers besides. */
const own: Readonly<Record<keyof typeof dialects, ReadonlyArray<string>>> = {
  anthropic: ["decodeBatch", "decodeCountRequest", "encodeCount", "encodeModel", "encodeModels", "passText"],
  openaiChat: ["encodeModel", "encodeModels", "saidWhy"],
  openaiResponses: []
}

const names = ["anthropic", "openaiChat", "openaiResponses"] as const

describe("the package", () => {
  it("is the three dialects", () => {
    assert.deepStrictEqual(Object.keys(translator).toSorted(), [...names])
  })

  it.each(names)("offers these functions of %s and no others", (name) => {
    assert.deepStrictEqual(Object.keys(dialects[name]).toSorted(), [...common, ...own[name]].toSorted())
    assert.strictEqual(offered[name], dialects[name])
  })
})

describe("the folder of a dialect", () => {
  it.each(["anthropic", "openai-chat", "openai-responses"])("%s has the files of every dialect", (folder) => {
    const files = readdirSync(new URL(`../src/${folder}`, import.meta.url))
    const wanted = ["request", "response", "stream"].flatMap((what) => [`decode-${what}.ts`, `encode-${what}.ts`])
    assert.includeMembers(files, [...wanted, "index.ts"])
  })

  it.each(["anthropic", "openai-chat", "openai-responses"])(
    "%s has the sections of every dialect in one order",
    (folder) => {
      const index = readFileSync(new URL(`../src/${folder}/index.ts`, import.meta.url), "utf8")
      assert.deepStrictEqual(index.match(/^\/\/ .*/gm), [
        "// Requests of clients, and answers to them.",
        "// Requests to upstreams, and their answers."
      ])
      const [ingress = "", egress = ""] = index.split("// Requests to upstreams, and their answers.")
      for (const name of ["decodeRequest", "encodeStream", "encodeResponse", "encodeError"])
        assert.include(ingress, name)
      for (const name of ["encodeRequest", "decodeStream", "decodeResponse", "decodeError"])
        assert.include(egress, name)
    }
  )
})
