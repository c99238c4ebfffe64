import type { Json, JsonObject } from "@pensieve/models"

/** How JSON may be spaced: at most one space behind a comma or a colon, so that a model cannot write white space for ever. */
const jsonStyle = {
  whitespace_flexible: false,
  item_separator: ", ?",
  key_separator: ": ?",
  coerce_one_of: true
}

/** A string literal; the engine reads it as JSON. */
const literal = (text: string): string => JSON.stringify(text)

/** Text as part of a regular expression. */
export const escapeRegex = (text: string): string =>
  text
    .replaceAll(/[\\^$.*+?()[\]{}|/#&~-]/g, String.raw`\$&`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\r", String.raw`\r`)

/**
 * Collects the rules of one grammar in llguidance's variant of Lark. Rules that say the same are one rule, so that
 * the parameters of a hundred tools share what they have in common.
 *
 * @see https://github.com/guidance-ai/llguidance/blob/main/docs/syntax.md
 */
export class LarkWriter {
  readonly #tokens: ReadonlyArray<string>
  readonly #names = new Map<string, string>()
  readonly #shared = new Map<object, string>()
  readonly #lines: Array<string> = []
  readonly #markers = new Map<string, string>()

  /** @param addedTokens special and added tokens of the vocabulary: where one stands in a text, only the token itself counts */
  constructor(addedTokens: ReadonlyArray<string>) {
    this.#tokens = addedTokens.filter((token) => token.trim() !== "").toSorted((a, b) => b.length - a.length)
  }

  /** Whether this is one token of the vocabulary. */
  isToken(text: string): boolean {
    return this.#tokens.includes(text)
  }

  /** Exactly this text. */
  text(text: string): string {
    return this.#split(text)
      .map((part) => (this.isToken(part) ? this.#marker(part) : literal(part)))
      .join(" ")
  }

  /** One of these texts. */
  oneOf(texts: ReadonlyArray<string>): string {
    return this.choice(texts.map((text) => this.text(text)))
  }

  /** These expressions, one behind the other. */
  sequence(...expressions: ReadonlyArray<string>): string {
    return expressions.filter((expression) => expression !== "").join(" ")
  }

  /** Text that a regular expression (Rust's syntax) matches as a whole. */
  regex(source: string): string {
    return `/${source}/`
  }

  /**
   * These texts, with or without a line end in front of each. One expression where no token stands between them: the lexer
   * does not go back, so that a line end that might begin two things must not be a piece of its own.
   */
  lines(texts: ReadonlyArray<string>): string {
    const written: Array<string> = []
    let source = ""
    for (const text of texts) {
      source += String.raw`\n?`
      for (const part of this.#split(text)) {
        if (!this.isToken(part)) source += escapeRegex(part)
        else {
          if (source !== "") written.push(this.regex(source))
          written.push(this.#marker(part))
          source = ""
        }
      }
    }
    return [...written, ...(source === "" ? [] : [this.regex(source)])].join(" ")
  }

  /**
   * Text up to and with `end`, the first place where that stands.
   *
   * @param patterns regular expressions that all match the text in front of the end
   */
  textUntil(end: string, patterns: ReadonlyArray<string>): string {
    const [first = "", ...rest] = this.#split(end)
    const following = rest.map((part) => (this.isToken(part) ? this.#marker(part) : literal(part))).join(" ")
    if (this.isToken(first)) return `${this.#matching("text", patterns, "")} ${this.text(end)}`
    // Text in front of a token: the expression itself has to stop there, since no expression matches a token.
    if (rest.length > 0) return `${this.#matching("text", patterns, escapeRegex(first))} ${following}`
    return this.rule("value", this.#terminal(patterns), `[suffix=${literal(end)}]`)
  }

  /** A value of this JSON Schema, written as JSON. */
  json(schema: JsonObject, definitions: JsonObject): string {
    const used = reachable(schema, definitions)
    const defs = Object.keys(used).length === 0 ? {} : { $defs: used }
    return this.rule("json", `%json ${JSON.stringify({ ...schema, ...defs, "x-guidance": jsonStyle })}`)
  }

  /** One of these expressions; an empty one is nothing at all. */
  choice(expressions: ReadonlyArray<string>): string {
    const [first = "", ...others] = new Set(expressions)
    return others.length === 0 ? first : `(${[first, ...others].map((one) => one || '""').join(" | ")})`
  }

  /** A rule of this body; its name. */
  rule(hint: string, body: string, attributes = ""): string {
    const key = `${attributes}: ${body}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const name = `${hint}_${this.#names.size}`
    this.#names.set(key, name)
    this.#lines.push(`${name}${key}`)
    return name
  }

  /** A name for a rule whose body is not known yet, because it speaks of itself. */
  reserve(hint: string): { readonly name: string; readonly define: (body: string) => void } {
    const name = `${hint}_${this.#names.size}`
    this.#names.set(`reserved ${name}`, name)
    return { name, define: (body) => void this.#lines.push(`${name}: ${body}`) }
  }

  /** The one rule of this kind that `owner` has in the grammar; made on first use, and it may speak of itself. */
  shared(owner: object, hint: string, body: () => string): string {
    const known = this.#shared.get(owner)
    if (known !== undefined) return known
    const { name, define } = this.reserve(hint)
    this.#shared.set(owner, name)
    define(body())
    return name
  }

  /** The whole grammar. `markers` says which token each name in the text stands for. */
  grammar(start: string): { readonly lark: string; readonly markers: Readonly<Record<string, string>> } {
    return { lark: [`start: ${start}`, ...this.#lines].join("\n"), markers: Object.fromEntries(this.#markers) }
  }

  #marker(token: string): string {
    const known = this.#markers.size
    const name = [...this.#markers].find(([, text]) => text === token)?.[0] ?? `M${known}`
    this.#markers.set(name, token)
    return `<[${name}]>`
  }

  #matching(hint: string, patterns: ReadonlyArray<string>, tail: string): string {
    const terminal = this.#terminal(patterns)
    return tail === "" ? this.rule(hint, terminal) : this.rule(hint, this.#named(`${terminal} /${tail}/`))
  }

  /** Several expressions that must all match are a terminal of its own: rules cannot intersect. */
  #terminal(patterns: ReadonlyArray<string>): string {
    const [only = anyText] = patterns
    return patterns.length < 2 ? `/${only}/` : this.#named(patterns.map((pattern) => `/${pattern}/`).join(" & "))
  }

  #named(body: string): string {
    return this.rule("T", body)
  }

  #split(text: string): ReadonlyArray<string> {
    for (const token of this.#tokens) {
      const at = text.indexOf(token)
      if (at !== -1) return [...this.#split(text.slice(0, at)), token, ...this.#split(text.slice(at + token.length))]
    }
    return text === "" ? [] : [text]
  }
}

/** Any text at all. */
export const anyText = "(?s:.*)"

const references = (value: Json, found: Set<string>): void => {
  if (Array.isArray(value)) for (const one of value) references(one, found)
  else if (typeof value === "object" && value !== null)
    for (const [key, one] of Object.entries(value)) {
      if (key === "$ref" && typeof one === "string") found.add(one.replace("#/$defs/", ""))
      else references(one, found)
    }
}

/** The definitions that a schema speaks of, directly or through others. */
const reachable = (schema: JsonObject, definitions: JsonObject): JsonObject => {
  const found = new Set<string>()
  references(schema, found)
  for (const name of found) references(definitions[name] ?? {}, found)
  return Object.fromEntries(
    [...found].flatMap((name) => (definitions[name] === undefined ? [] : [[name, definitions[name]]]))
  )
}
