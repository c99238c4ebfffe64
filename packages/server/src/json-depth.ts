const quote = 0x22
const backslash = 0x5c
/** Brackets and braces differ in one bit only. */
const brace = 0x20
const opener = 0x5b | brace
const closer = 0x5d | brace

/** Index of the quote that ends the string which begins at `start`, or -1. */
const endOfString = (text: string, start: number): number => {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end === -1) return -1
    let before = end - 1
    while (text.charCodeAt(before) === backslash) before--
    if ((end - before) % 2 === 1) return end
  }
}

/**
 * Whether JSON text nests objects and arrays deeper than `limit` levels. Looks before anything is parsed: text of nothing but brackets
 * takes a parser seconds and a gigabyte.
 */
export const isDeeperThan = (text: string, limit: number): boolean => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
      if (at === -1) return false
    } else if ((code | brace) === opener) {
      if (++depth > limit) return true
    } else if ((code | brace) === closer) depth--
  }
  return false
}
