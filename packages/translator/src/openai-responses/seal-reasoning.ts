import { isJsonObject } from "@pensieve/models"

/** What `encrypted_content` holds: the text where the summary does not show it, and the backend's own signature. */
export interface SealedReasoning {
  readonly text?: string
  readonly signature?: string
}

/** Tells our own content from that of another server. */
const mark = "pensieve1."

const toBase64 = (text: string): string => {
  let binary = ""
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

const fromBase64 = (text: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))

/** `encrypted_content`: opaque to the client, which sends it back as it is. Not a secret: the text is the client's own. */
export const sealReasoning = (sealed: SealedReasoning): string => mark + toBase64(JSON.stringify(sealed))

/** What `encrypted_content` holds, or undefined if another server wrote it. */
export const unsealReasoning = (content: string): SealedReasoning | undefined => {
  if (!content.startsWith(mark)) return undefined
  try {
    const value: unknown = JSON.parse(fromBase64(content.slice(mark.length)))
    if (!isJsonObject(value)) return undefined
    const { text, signature } = value
    return {
      ...(typeof text === "string" ? { text } : {}),
      ...(typeof signature === "string" ? { signature } : {})
    }
  } catch {
    return undefined
  }
}
