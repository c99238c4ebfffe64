import { randomFillSync } from "node:crypto"

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** Letters and digits of an id. */
const length = 24

/** Random bytes for many ids: asking for them one id at a time costs more than the rest of it. */
const drawn = new Uint8Array(length * 256)
let used = drawn.length

/** A fresh id such as `req_01x…`: a prefix, and 24 random letters and digits. */
export const makeId = (prefix: string): string => {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  let id = prefix
  for (const end = used + length; used < end; used++) id += letters[(drawn[used] ?? 0) % letters.length]
  return id
}

/** Whether a text is an id that `makeId` could have made: what names a folder must have no path in it. */
export const isId = (prefix: string, text: string): boolean =>
  text.startsWith(prefix) && /^[0-9A-Za-z]{24}$/.test(text.slice(prefix.length))
