/** A JSON value. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Whether a value is a JSON object (not null, not an array). */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Whether JSON text opens more levels of brackets than these, without parsing it: V8 14.6 corrupts its heap when it parses
 * text that opens thousands of brackets and breaks off.
 */
export const nestsDeeper = (text: string, levels: number): boolean => {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quotationMark) index = endOfString(text, index)
    else if (code === openingBrace || code === openingBracket) {
      depth += 1
      if (depth > levels) return true
    } else if ((code === closingBrace || code === closingBracket) && depth > 0) depth -= 1
  }
  return false
}

const quotationMark = 0x22
const backslash = 0x5c
const openingBrace = 0x7b
const closingBrace = 0x7d
const openingBracket = 0x5b
const closingBracket = 0x5d

/** Where the string that begins here ends; the text's end where it does not. */
const endOfString = (text: string, from: number): number => {
  for (let index = from + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === backslash) index += 1
    else if (code === quotationMark) return index
  }
  return text.length
}
