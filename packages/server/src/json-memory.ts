import { type JsonOutline, type KnownText, type ListedObject, outlineJson } from "./json-outline.ts"
import { makeRecentTexts } from "./recent-texts.ts"

/** What a JSON text was parsed to. */
type ParsedJson =
  | { readonly type: "value"; readonly value: unknown }
  /** Nested deeper than allowed; not parsed. */
  | { readonly type: "too-deep" }
  | { readonly type: "invalid"; readonly problem: string }

/** Parses JSON texts that resemble each other. */
export interface JsonMemory {
  /**
   * The value of a JSON text, as `JSON.parse` gives it; but an object in a list of the outermost object's that some text before had
   * byte for byte is the very same object, not parsed again. Nobody may change these values.
   *
   * @param bytes valid UTF-8
   */
  readonly parse: (bytes: Buffer) => ParsedJson
}

/** Levels of nesting a text may have. */
export const depthLimit = 128

/**
 * A turn of an agent sends the one before almost whole, so what was parsed is kept by its text.
 *
 * @param limit bytes of text kept at most, and a quarter of it again for whole texts; the values take about as much
 */
export const makeJsonMemory = (limit: number): JsonMemory => {
  // What was not used while the one half filled up goes when the next does.
  let fresh = new Map<string, object>()
  let former: ReadonlyMap<string, object> = new Map()
  let freshBytes = 0
  const recent = makeRecentTexts<KnownText>(limit / 4)

  const keep = (text: string, value: object): void => {
    if (freshBytes + text.length > limit / 2) {
      former = fresh
      fresh = new Map()
      freshBytes = 0
    }
    fresh.set(text, value)
    freshBytes += text.length
  }

  const parseItem = (bytes: Buffer, { start, end }: ListedObject): object => {
    // One byte a character is quicker to make and to compare than the text itself.
    const text = bytes.toString("latin1", start, end)
    const known = fresh.get(text)
    if (known !== undefined) return known
    const value: object = former.get(text) ?? JSON.parse(bytes.toString("utf8", start, end))
    if (text.length <= limit / 2) keep(text, value)
    return value
  }

  const parseLists = (bytes: Buffer, { lists, fields }: JsonOutline): unknown => {
    let frame = ""
    let at = 0
    for (const { start, end } of lists) {
      frame += `${bytes.toString("utf8", at, start)}[]`
      at = end
    }
    const value: Record<string, unknown> = JSON.parse(frame + bytes.toString("utf8", at))
    // A field that is there twice: which one counts is the parser's business.
    if (Object.keys(value).length !== fields) return JSON.parse(bytes.toString("utf8"))
    for (const { key, items } of lists) {
      const values = items.map((item) => (item.value ??= parseItem(bytes, item)))
      Object.defineProperty(value, JSON.parse(bytes.toString("utf8", key.start, key.end)), {
        value: values,
        configurable: true,
        enumerable: true,
        writable: true
      })
    }
    return value
  }

  const parse = (bytes: Buffer): ParsedJson => {
    const resembling = recent.resembling(bytes)
    const outline = outlineJson(bytes, depthLimit, resembling)
    if (outline.depth > depthLimit) return { type: "too-deep" }
    try {
      const value = parseLists(bytes, outline)
      recent.keep({ bytes, outline }, resembling?.text)
      return { type: "value", value }
    } catch {
      return parsed(bytes)
    }
  }

  return { parse }
}

/** The whole text, for the parser's own words of what is wrong with it. */
const parsed = (bytes: Buffer): ParsedJson => {
  try {
    return { type: "value", value: JSON.parse(bytes.toString("utf8")) }
  } catch (cause) {
    return { type: "invalid", problem: cause instanceof Error ? cause.message : "" }
  }
}
