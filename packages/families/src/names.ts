/** A name without case and punctuation: two names that come out alike differ in spelling only. */
export const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "")

/**
 * The one of these names that is meant: the same, else the only one that differs in case, punctuation or a prefix of the
 * format alone.
 */
export const meantName = (name: string, names: ReadonlyArray<string>): string | undefined => {
  if (names.includes(name)) return name
  const plain = plainName(name.replace(/^(?:functions?|tools?)[.:/]/i, ""))
  const alike = names.filter((other) => plainName(other) === plain)
  return alike.length === 1 && plain !== "" ? alike[0] : undefined
}
