/** A name without case and punctuation: two names that come out alike differ in spelling only. */
export const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "")
