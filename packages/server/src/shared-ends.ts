/** Bytes that are compared at once. */
const chunk = 64 * 1024

/** How much two texts have in common at their two ends, bytes; the two parts never overlap. */
export interface SharedEnds {
  readonly head: number
  readonly tail: number
}

/** Compares two texts from both ends, at the speed of memory. */
export const sharedEnds = (one: Buffer, other: Buffer): SharedEnds => {
  const most = Math.min(one.length, other.length)
  const head = longest(most, (from, to) => one.compare(other, from, to, from, to) === 0)
  const tail = longest(
    most - head,
    (from, to) => one.compare(other, other.length - to, other.length - from, one.length - to, one.length - from) === 0
  )
  return { head, tail }
}

/** The longest beginning, at most `most`, all parts of which are the same. */
const longest = (most: number, isSame: (from: number, to: number) => boolean): number => {
  let same = 0
  for (let step = chunk; step > 0; step = step === 1 ? 0 : Math.ceil(step / 2))
    while (same < most && isSame(same, Math.min(same + step, most))) same = Math.min(same + step, most)
  return same
}
