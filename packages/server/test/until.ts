/** Asks again and again until there is an answer, for at most `limitMs` milliseconds. */
export const until = async <A>(what: string, limitMs: number, ask: () => A | undefined | Promise<A | undefined>) => {
  const deadline = Date.now() + limitMs
  while (Date.now() < deadline) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`waited ${limitMs} ms in vain: ${what}`)
}
