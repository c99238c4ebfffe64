import { addNotices } from "./decode-once.ts"
import type { Notices } from "./notices.ts"

/**
 * Makes an encoder that can give again what it made of the very same object before, for callers whose objects never change. What had
 * something to note is encoded anew, as the place of the object is told then.
 */
export const encodeOnce = <K extends object, A>() => {
  const known = new WeakMap<K, { readonly way: string; readonly encoded: A }>()
  /** @param way all that the result depends on besides the object */
  return (value: K, way: string, notices: Notices, encode: (notices: Notices) => A): A => {
    const before = known.get(value)
    if (before !== undefined && before.way === way) return before.encoded
    const own: Notices = new Map()
    const encoded = encode(own)
    if (own.size === 0) known.set(value, { way, encoded })
    addNotices(notices, own)
    return encoded
  }
}
