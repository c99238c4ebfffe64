import type { GemmaForm } from "../gemma-form.ts"
import type { CallBlock } from "./call-grammar.ts"
import { bareName, type LiteralForm, LiteralRules } from "./literal-values.ts"
import { objectShapes } from "./object-shapes.ts"

/** Literals with bare keys, and strings between two marks inside which nothing is escaped. */
const literals = ({ quote }: GemmaForm): LiteralForm => ({
  words: { true: ["true"], false: ["false"], null: ["null"] },
  string: (writer, { patterns }) => `${writer.text(quote)} ${writer.textUntil(quote, patterns)}`,
  literal: (writer, value) => `${writer.text(quote)} ${writer.text(value + quote)}`,
  key: (key) => (bareName.test(key) ? `${key}:` : `${quote}${key}${quote}:`),
  anyKey: "[A-Za-z_$][A-Za-z0-9_.$-]*:",
  separator: ","
})

/** The block of Gemma's calls. */
export const gemmaBlock = (form: GemmaForm): CallBlock => {
  const written = literals(form)
  return {
    openers: [form.start],
    at: "line",
    start: [form.start],
    between: null,
    end: [form.end],
    call: (writer, { name, schema }) => {
      const rules = new LiteralRules(writer, written, schema.definitions)
      const shapes = objectShapes(schema.root, schema.definitions).flatMap(
        (shape) => rules.members(shape, written.key, written.anyKey) ?? []
      )
      return shapes.length === 0 ? null : writer.sequence(writer.text(`call:${name}{`), writer.choice(shapes), '"}"')
    }
  }
}
