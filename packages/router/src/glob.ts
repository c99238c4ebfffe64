/** Whether a text matches a pattern in which `*` stands for any characters; upper and lower case are the same. Linear in both. */
export const matchesGlob = (pattern: string, text: string): boolean => {
  const parts = pattern.toLowerCase().split("*")
  const subject = text.toLowerCase()
  const first = parts[0] ?? ""
  if (parts.length === 1) return subject === first
  const last = parts.at(-1) ?? ""
  if (!subject.startsWith(first) || subject.length < first.length + last.length || !subject.endsWith(last)) return false
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const found = subject.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return from <= subject.length - last.length
}
