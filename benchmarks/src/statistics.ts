/** The value below which a part of the values lies, by the nearest rank. */
export const percentile = (values: ReadonlyArray<number>, part: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

/** The middle value. */
export const median = (values: ReadonlyArray<number>): number => percentile(values, 0.5)
