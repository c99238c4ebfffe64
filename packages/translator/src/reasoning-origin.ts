/** Tells a thought's signature of a Responses API from those of others: each service refuses what another one signed. */
const responsesMark = "openai-responses:"

/** The signature of a thought that a Responses API encrypted. */
export const ofResponses = (encrypted: string): string => responsesMark + encrypted

/** Whether a Responses API encrypted the thought. */
export const isOfResponses = (signature: string): boolean => signature.startsWith(responsesMark)

/** What a Responses API encrypted, or undefined for another service's signature. */
export const encryptedByResponses = (signature: string | undefined): string | undefined =>
  signature !== undefined && isOfResponses(signature) ? signature.slice(responsesMark.length) : undefined
