/** `id`, or `id` with the first number behind it that no call of the conversation has. */
export const freshId = (id: string, taken: ReadonlySet<string>): string => {
  if (!taken.has(id)) return id
  let count = 2
  while (taken.has(`${id}_${count}`)) count++
  return `${id}_${count}`
}
