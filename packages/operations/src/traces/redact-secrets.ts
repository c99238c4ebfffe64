/** Shapes of keys that services give out, and of credentials in headers. */
const shapes: ReadonlyArray<RegExp> = [
  /\b(?:sk|rk|pk)-[\w-]{16,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g,
  /(?<=\bBearer\s)[\w.~+/=-]{16,}/g
]

const mask = "[redacted]"

/** A secret shorter than this is a word that may stand anywhere. */
const shortestSecret = 6

/**
 * A text without secrets: those that are known, wherever they stand, and what looks like a key.
 *
 * @param known such as the local token
 */
export const redactSecrets = (text: string, known: ReadonlyArray<string>): string =>
  shapes.reduce(
    (redacted, shape) => redacted.replace(shape, mask),
    known
      .filter((secret) => secret.length >= shortestSecret)
      .reduce((redacted, secret) => redacted.replaceAll(secret, mask), text)
  )
