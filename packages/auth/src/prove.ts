import { createHmac } from "node:crypto"

/** Header in which a caller asks whoever listens to prove that it knows the token: a nonce of 16 to 64 letters, digits, `-` and `_`. */
export const challengeHeader = "x-pensieve-challenge"

/** Header of the proof. */
export const proofHeader = "x-pensieve-proof"

/**
 * What only a holder of the token can answer to a challenge. A caller that gets it may send the token itself; a stranger on the port learns
 * nothing. The port is part of it, so that a stranger cannot have a proxy on another port answer for him.
 */
export const proofOf = (token: string, port: number, challenge: string): string =>
  createHmac("sha256", token).update(`pensieve ${port} ${challenge}`, "utf8").digest("base64url")

/** Whether a header's value is a challenge. */
export const isChallenge = (value: string | undefined): value is string =>
  value !== undefined && /^[\w-]{16,64}$/.test(value)
