/** Changes of one character, and swaps of two neighbours, that turn one word into the other. */
const distance = (from: string, to: string): number => {
  let before: ReadonlyArray<number> = []
  let row: ReadonlyArray<number> = Array.from({ length: to.length + 1 }, (_, index) => index)
  const at = (cells: ReadonlyArray<number>, index: number): number => cells[index] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(row, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? at(before, j - 2) + 1 : Infinity
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1))
    }
    before = row
    row = next
  }
  return at(row, to.length)
}

/** The word that was probably meant, if one of those known is close. */
export const nearest = (word: string, known: ReadonlyArray<string>): string | undefined => {
  const typed = word.slice(0, 64).toLowerCase()
  const limit = Math.ceil(typed.length / 3)
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const found = distance(typed, candidate.toLowerCase())
    if (found <= limit && (best === undefined || found < best.distance)) best = { word: candidate, distance: found }
  }
  return best?.word
}
