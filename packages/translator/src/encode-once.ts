import { addNotices } from "./decode-once.ts"
import type { Notices } from "./notices.ts"

/**
 * Makes an encoder that can give again what it made of the very same object before, for callers whose objects never change. What had
 * something to note is encoded anew, as the place of the object is told then.
 */
export const encodeOnce = <K extends object, A>() => {
  const encoded = new WeakMap<K, { readonly way: string; readonly encoded: A }>()
  /** What it was encoded to before. @param way all that the result depends on besides the object */
  const known = (value: K, way: string): A | undefined => {
    const before = encoded.get(value)
    return before?.way === way ? before.encoded : undefined
  }
  const encode = (value: K, way: string, notices: Notices, make: (notices: Notices) => A): A => {
    const before = known(value, way)
    if (before !== undefined) return before
    const own: Notices = new Map()
    const made = make(own)
    if (own.size === 0) encoded.set(value, { way, encoded: made })
    addNotices(notices, own)
    return made
  }
  return { known, encode }
}
