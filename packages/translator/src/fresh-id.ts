/**
 * `id`, or `id` with the first number behind it that no call of the conversation has. Claude Code takes `x_2` for a repeated `x` and drops its
 * result; `x-2` it leaves alone.
 */
export const freshId = (id: string, taken: ReadonlySet<string>): string => {
  if (!isTaken(id, taken)) return id
  let count = 2
  while (taken.has(`${id}-${count}`)) count++
  return `${id}-${count}`
}

const isTaken = (id: string, taken: ReadonlySet<string>): boolean => {
  const [, original] = /^(.+)_\d+$/.exec(id) ?? []
  return taken.has(id) || (original !== undefined && taken.has(original))
}
