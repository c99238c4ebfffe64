import type { MediaSource } from "@pensieve/models"

const head = /^data:([^;,]*)(?:;[^;,]+)*;base64,/i

/** Where the bytes of a URL are: in itself, or behind it. `defaultType` is the media type of a data URL that names none. */
export const sourceOfUrl = (url: string, defaultType: string): MediaSource => {
  const found = head.exec(url)
  return found === null
    ? { kind: "url", url }
    : { kind: "base64", mediaType: (found[1] || defaultType).toLowerCase(), data: url.slice(found[0].length) }
}

/** Bytes as a URL. */
export const dataUrl = (mediaType: string, data: string): string => `data:${mediaType};base64,${data}`
