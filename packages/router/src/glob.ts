/** A pattern in which `*` stands for any characters, ready to be asked; upper and lower case are the same. Linear in pattern and text. */
export const globOf = (pattern: string): ((text: string) => boolean) => {
  const parts = pattern.toLowerCase().split("*")
  const first = parts[0] ?? ""
  if (parts.length === 1) return (text) => text.toLowerCase() === first
  const last = parts.at(-1) ?? ""
  const middle = parts.slice(1, -1)
  return (text) => {
    const subject = text.toLowerCase()
    if (!subject.startsWith(first) || subject.length < first.length + last.length || !subject.endsWith(last))
      return false
    let from = first.length
    for (const part of middle) {
      const found = subject.indexOf(part, from)
      if (found === -1) return false
      from = found + part.length
    }
    return from <= subject.length - last.length
  }
}

/** Whether a text matches a pattern, asked once. */
export const matchesGlob = (pattern: string, text: string): boolean => globOf(pattern)(text)
