const quote = 0x22
const backslash = 0x5c
const openers = new Set([0x5b, 0x7b])
const closers = new Set([0x5d, 0x7d])

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
    } else if (openers.has(code)) {
      if (++depth > limit) return true
    } else if (closers.has(code)) depth--
  }
  return false
}
