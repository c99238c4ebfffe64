import { timingSafeEqual } from "node:crypto"

/** Before the bytes of a credential stands how many they are. */
const lengthBytes = 4

/** A credential in a frame of a fixed size; of one that is too long the beginning. */
const framed = (credential: string, size: number): Buffer => {
  const frame = Buffer.alloc(size)
  frame.writeUInt32LE(Buffer.byteLength(credential))
  frame.write(credential, lengthBytes)
  return frame
}

/** The one token of a program, in its frame. */
let known: { readonly token: string; readonly frame: Buffer } | undefined

const frameOf = (token: string): Buffer => {
  if (known?.token !== token) known = { token, frame: framed(token, lengthBytes + Buffer.byteLength(token)) }
  return known.frame
}

/** Compares a credential with the token in a time that tells nothing of the token, whatever their lengths. */
export const tokenMatches = (given: string, token: string): boolean => {
  const frame = frameOf(token)
  return timingSafeEqual(framed(given, frame.length), frame)
}

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
