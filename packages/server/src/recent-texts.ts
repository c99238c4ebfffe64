import { type SharedEnds, sharedEnds } from "./shared-ends.ts"

/** Texts that are compared with, at most: a session and its agents, and some more. */
const mostTexts = 8
/** A text that resembles another one has this part of it in common: it goes on from it, and takes its place. */
const goesOn = 0.5
/** One of which this part is in the text is the one before it of the same session: no other need be looked at. */
const surelyBefore = 0.99

/** The last texts, each the newest of its kind. */
export interface RecentTexts<A extends { readonly bytes: Buffer }> {
  /** The one that has most in common with a text, if it is much. */
  readonly resembling: (bytes: Buffer) => { readonly text: A; readonly shared: SharedEnds } | undefined
  /** Keeps a text, in the place of the one that it goes on from. */
  readonly keep: (text: A, before: A | undefined) => void
}

/** @param limit bytes of all of them */
export const makeRecentTexts = <A extends { readonly bytes: Buffer }>(limit: number): RecentTexts<A> => {
  /** The last one first. */
  let texts: ReadonlyArray<A> = []
  const resembling = (bytes: Buffer) => {
    let most = bytes.length * goesOn
    let found: { readonly text: A; readonly shared: SharedEnds } | undefined
    for (const text of texts) {
      if (Math.min(text.bytes.length, bytes.length) < most) continue
      const shared = sharedEnds(bytes, text.bytes)
      if (shared.head + shared.tail < most) continue
      most = shared.head + shared.tail
      found = { text, shared }
      if (most >= text.bytes.length * surelyBefore) break
    }
    return found
  }
  const keep = (text: A, before: A | undefined): void => {
    let size = 0
    texts = [text, ...texts.filter((other) => other !== before)].slice(0, mostTexts).filter(({ bytes }) => {
      size += bytes.length
      return size <= limit
    })
  }
  return { resembling, keep }
}
