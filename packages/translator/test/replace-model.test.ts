import { assert, describe, it } from "@effect/vitest"
import { isJsonObject } from "@pensieve/models"
import fc from "fast-check"
import { replaceModel } from "../src/replace-model.ts"

describe("a request's text with another model", () => {
  it.each([
    ['{"model":"a"}', '{"model":"b\\"c"}'],
    [
      '\n{ "x" : [1, {"model":"in"}], "model" :\t"a" , "y":"\\"model\\":\\"no\\""}\n',
      '\n{ "x" : [1, {"model":"in"}], "model" :\t"b\\"c" , "y":"\\"model\\":\\"no\\""}\n'
    ],
    ['{"s":"\\\\","model":"a\\\\"}', '{"s":"\\\\","model":"b\\"c"}'],
    ['{"t":"model","model":"a"}', '{"t":"model","model":"b\\"c"}'],
    ['{"model":"a","n":1e9,"model":"z"}', '{"model":"b\\"c","n":1e9,"model":"b\\"c"}']
  ])("differs in nothing else: %s", (text, expected) => {
    assert.strictEqual(replaceModel(text, 'b"c'), expected)
  })

  it.each(["{}", '{"mod\\u0065l":"a"}', '{"model":7}', '{"x":{"model":"a"}}', "[]", '"model":"a"', '{"model'])(
    "is not made where the field is not found: %s",
    (text) => {
      assert.isUndefined(replaceModel(text, "b"))
    }
  )

  it("says what the object with the other model says, whatever stands around it", () => {
    const key = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('"', "\\", "model"))
    const fields = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
    fc.assert(
      fc.property(
        fields,
        fields,
        fc.string(),
        fc.string(),
        fc.constantFrom(undefined, 1, "\t"),
        (before, after, old, model, indent) => {
          const body: unknown = JSON.parse(
            JSON.stringify(Object.assign({}, before, { model: old }, after, { model: old }))
          )
          const text = JSON.stringify(body, null, indent)
          const replaced = replaceModel(text, model) ?? ""
          assert.deepStrictEqual(JSON.parse(replaced), isJsonObject(body) ? { ...body, model } : {})
          assert.strictEqual(replaceModel(replaced, old), text)
        }
      ),
      { numRuns: 200 }
    )
  })
})
