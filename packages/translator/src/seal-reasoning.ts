import { isJsonObject } from "@pensieve/models"
import { fromBase64, toBase64 } from "./base64.ts"
import { parseJson } from "./parse-json.ts"

/** What the client carries for us: a thought's text where it is not shown, the backend's own signature, or a thought only the backend can read. */
export interface SealedReasoning {
  readonly text?: string
  readonly signature?: string
  readonly redacted?: string
}

/** Tells our own content from that of another server. */
const mark = "pensieve1."

/** A signature of our own: opaque to the client, which sends it back as it is. Not a secret: the text is the client's own. */
export const sealReasoning = (sealed: SealedReasoning): string => mark + toBase64(JSON.stringify(sealed))

/** What a signature holds, or undefined if another service wrote it. */
export const unsealReasoning = (content: string): SealedReasoning | undefined => {
  const text = content.startsWith(mark) ? fromBase64(content.slice(mark.length)) : undefined
  const value = text === undefined ? undefined : parseJson(text)
  if (!isJsonObject(value)) return undefined
  const { text: thought, signature, redacted } = value
  return {
    ...(typeof thought === "string" ? { text: thought } : {}),
    ...(typeof signature === "string" ? { signature } : {}),
    ...(typeof redacted === "string" ? { redacted } : {})
  }
}
