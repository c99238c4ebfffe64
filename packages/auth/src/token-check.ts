import { createHash, timingSafeEqual } from "node:crypto"

const digest = (value: string): Buffer => createHash("sha256").update(value, "utf8").digest()

/** The one token of a program, and its digest. */
let known: { readonly token: string; readonly digest: Buffer } | undefined

const digestOf = (token: string): Buffer => {
  if (known?.token !== token) known = { token, digest: digest(token) }
  return known.digest
}

/** Compares a credential with the token in constant time, whatever their lengths. */
export const tokenMatches = (given: string, token: string): boolean => timingSafeEqual(digest(given), digestOf(token))

/**
 * The credentials of a request: `x-api-key`, or the bearer of `authorization`, or both.
 *
 * @see wire contract, section 0.1: SDK 1.x sends the bearer, older ones and Claude Code's API key `x-api-key`.
 */
export const credentialsOf = (headers: Readonly<Record<string, string | undefined>>): ReadonlyArray<string> => {
  const key = headers["x-api-key"]
  const bearer = /^Bearer +(\S+)\s*$/i.exec(headers["authorization"] ?? "")?.[1]
  return [key, bearer].filter((value) => value !== undefined && value !== "").map(String)
}
