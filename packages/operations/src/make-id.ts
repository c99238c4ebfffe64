import { randomBytes } from "node:crypto"

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** A fresh id such as `req_01x…`: a prefix, and 24 random letters and digits. */
export const makeId = (prefix: string): string =>
  `${prefix}${Array.from(randomBytes(24), (byte) => letters[byte % letters.length]).join("")}`

/** Whether a text is an id that `makeId` could have made: what names a folder must have no path in it. */
export const isId = (prefix: string, text: string): boolean =>
  text.startsWith(prefix) && /^[0-9A-Za-z]{24}$/.test(text.slice(prefix.length))
