import { isJsonObject } from "@pensieve/models"
import { fromBase64, toBase64 } from "./base64.ts"
import { parseJson } from "./parse-json.ts"

/** What `encrypted_content` holds: the text where the summary does not show it, and the backend's own signature. */
export interface SealedReasoning {
  readonly text?: string
  readonly signature?: string
}

/** Tells our own content from that of another server. */
const mark = "pensieve1."

/** `encrypted_content`: opaque to the client, which sends it back as it is. Not a secret: the text is the client's own. */
export const sealReasoning = (sealed: SealedReasoning): string => mark + toBase64(JSON.stringify(sealed))

/** What `encrypted_content` holds, or undefined if another server wrote it. */
export const unsealReasoning = (content: string): SealedReasoning | undefined => {
  const text = content.startsWith(mark) ? fromBase64(content.slice(mark.length)) : undefined
  const value = text === undefined ? undefined : parseJson(text)
  if (!isJsonObject(value)) return undefined
  const { text: thought, signature } = value
  return {
    ...(typeof thought === "string" ? { text: thought } : {}),
    ...(typeof signature === "string" ? { signature } : {})
  }
}
