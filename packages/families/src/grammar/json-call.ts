import type { CallBlock } from "./call-grammar.ts"
import { escapeRegex, type LarkWriter } from "./lark.ts"

/** Names of the members of a call that is one JSON object. */
export interface JsonCallKeys {
  readonly name: string
  readonly input: string
  /** A member in front of the name, and the regular expression of its value. */
  readonly before?: { readonly key: string; readonly value: string }
  /** A member behind the input that may be there, and the regular expression of its value. */
  readonly after?: { readonly key: string; readonly value: string }
}

const member = (key: string, value: string): string => `${escapeRegex(JSON.stringify(key))}: ?${value}`

/**
 * A call as a JSON object, its name before its input. One expression holds everything up to the input, so that a hundred tools
 * are told apart by the lexer and not by the parser.
 */
export const jsonCall =
  ({ name: nameKey, input, before, after }: JsonCallKeys): CallBlock["call"] =>
  (writer, { name, schema }) => {
    const first = before === undefined ? "" : `${member(before.key, before.value)}, ?`
    const head = `\\{${first}${member(nameKey, escapeRegex(JSON.stringify(name)))}, ?${member(input, "")}`
    const last = after === undefined ? "" : ` ${writer.regex(`, ?${member(after.key, after.value)}`)}?`
    return `${writer.regex(head)} ${writer.json(schema.root, schema.definitions)}${last} "}"`
  }

/** The same piece by piece, for calls that begin with nothing but their bracket: an answer that is JSON itself may begin so too. */
export const bareJsonCall =
  ({ name: nameKey, input }: JsonCallKeys): CallBlock["call"] =>
  (writer, { name, schema }) =>
    writer.json(
      {
        type: "object",
        properties: { [nameKey]: { const: name }, [input]: schema.root },
        required: [nameKey, input],
        additionalProperties: false
      },
      schema.definitions
    )

/** A call whose name stands in front of its input, which is JSON. */
export const namedCall =
  (head: (writer: LarkWriter, name: string) => string, tail: string): CallBlock["call"] =>
  (writer, { name, schema }) =>
    writer.sequence(head(writer, name), writer.json(schema.root, schema.definitions), writer.text(tail))

/** A list of such calls behind an opener, and what ends it. */
export const jsonListBlock = ({
  opener,
  end,
  keys
}: {
  readonly opener: string
  readonly end: string
  readonly keys: JsonCallKeys
}): CallBlock => ({
  openers: [opener],
  at: "line",
  start: [`${opener}[`, `${opener} [`],
  between: [", ", ","],
  end: [end],
  call: jsonCall(keys)
})
