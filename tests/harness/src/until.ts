/**
 * Asks again and again until there is an answer. An `Error` as the answer ends the waiting.
 *
 * @param what for the message when time runs out
 * @param limitMs milliseconds
 */
export const until = async <A>(
  what: string,
  limitMs: number,
  ask: () => A | Error | undefined | Promise<A | Error | undefined>
): Promise<A> => {
  const deadline = Date.now() + limitMs
  while (Date.now() < deadline) {
    const answer = await ask()
    if (answer instanceof Error) throw answer
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`waited ${limitMs} ms in vain: ${what}`)
}
