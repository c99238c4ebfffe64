import { randomBytes } from "node:crypto"

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** A fresh id such as `req_01x…`: a prefix and 24 random letters and digits. */
export const makeId = (prefix: string): string =>
  `${prefix}${Array.from(randomBytes(24), (byte) => letters[byte % letters.length]).join("")}`
