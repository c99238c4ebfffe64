import fc from "fast-check"

/** Cuts a value of any sliceable kind at the given places. */
const cutAt = <T extends { readonly length: number; slice(from: number, to?: number): T }>(
  whole: T,
  cuts: ReadonlyArray<number>
): ReadonlyArray<T> => {
  const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => whole.slice(from, places[index] ?? whole.length))
}

/** A text in one piece, and the same text as strings or as bytes in any chunking. */
export const chunkedText = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.array(fc.nat(400), { maxLength: 12 }), fc.boolean()).map(([whole, cuts, asBytes]) => ({
    whole,
    chunks: asBytes ? cutAt(new TextEncoder().encode(whole), cuts) : cutAt(whole, cuts)
  }))

/** Bytes in one piece and in any chunking. */
export const chunkedBytes = (bytes: fc.Arbitrary<Uint8Array>) =>
  fc
    .tuple(bytes, fc.array(fc.nat(100), { maxLength: 12 }))
    .map(([whole, cuts]) => ({ whole, chunks: cutAt(whole, cuts) }))

/** Feeds chunks through a reader and gathers what it gives. */
export const readAll = <State, Chunk, Item>(
  push: (state: State, chunk: Chunk) => readonly [State, ReadonlyArray<Item>],
  initial: State,
  chunks: ReadonlyArray<Chunk>
): readonly [State, ReadonlyArray<Item>] => {
  let state = initial
  const items: Array<Item> = []
  for (const chunk of chunks) {
    const [next, more] = push(state, chunk)
    state = next
    items.push(...more)
  }
  return [state, items]
}

/** Text made of what readers of lines trip over. */
export const trickyText = fc
  .array(
    fc.oneof(
      fc.constantFrom("\n", "\r", "\r\n", "\n\n", ":", ": ", " ", "data", "data:", "event: a", "id: 1", "\ufeff", "\0"),
      fc.constantFrom("ü", "€", "🎉", "\u2028", "\u0085", "{", "}"),
      fc.string({ maxLength: 5 })
    ),
    { maxLength: 40 }
  )
  .map((parts) => parts.join("").toWellFormed())
