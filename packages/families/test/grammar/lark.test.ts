import { assert, describe, it } from "@effect/vitest"
import { LarkWriter } from "../../src/grammar/lark.ts"

describe("a grammar being written", () => {
  it("takes a token of the vocabulary for one wherever it stands in a text, the longest first", () => {
    const writer = new LarkWriter(["<a>", "<a><b>", " "])
    assert.strictEqual(writer.text('x<a>"y" <a><b>'), String.raw`"x" <[M0]> "\"y\" " <[M1]>`)
    assert.deepStrictEqual(writer.grammar("x").markers, { M0: "<a>", M1: "<a><b>" })
  })

  it("says the same only once", () => {
    const writer = new LarkWriter([])
    assert.strictEqual(writer.rule("a", '"x"'), writer.rule("b", '"x"'))
    assert.strictEqual(writer.grammar("a_0").lark, 'start: a_0\na_0: "x"')
  })

  it("ends text at an end that is text, at one that is a token, and at a mixture", () => {
    const writer = new LarkWriter(["</v>"])
    writer.textUntil("</w>", [])
    assert.strictEqual(writer.textUntil("</v>\n", []), String.raw`text_1 <[M0]> "\n"`)
    assert.strictEqual(writer.textUntil("\n</v>", []), "text_3 <[M0]>")
    assert.deepStrictEqual(writer.grammar("x").lark.split("\n").slice(1), [
      'value_0[suffix="</w>"]: /(?s:.*)/',
      "text_1: /(?s:.*)/",
      String.raw`T_2: /(?s:.*)/ /\n/`,
      "text_3: T_2"
    ])
  })

  it("has text match several expressions at once", () => {
    const writer = new LarkWriter([])
    writer.textUntil('"', ["[a-z]*", "(?s:.{0,3})"])
    assert.deepStrictEqual(writer.grammar("x").lark.split("\n").slice(1), [
      "T_0: /[a-z]*/ & /(?s:.{0,3})/",
      String.raw`value_1[suffix="\""]: T_0`
    ])
  })

  it("gives a schema only the definitions that it speaks of, and those speak of", () => {
    const writer = new LarkWriter([])
    writer.json({ $ref: "#/$defs/a" }, { a: { $ref: "#/$defs/b" }, b: {}, c: {} })
    assert.match(writer.grammar("x").lark, /"\$defs":\{"a":\{"\$ref":"#\/\$defs\/b"\},"b":\{\}\}/)
  })

  it("may have rules that speak of themselves", () => {
    const writer = new LarkWriter([])
    const list = writer.shared(writer, "list", () => `"[" ${writer.shared(writer, "list", () => "")}? "]"`)
    assert.strictEqual(writer.grammar(list).lark, 'start: list_0\nlist_0: "[" list_0? "]"')
  })
})
