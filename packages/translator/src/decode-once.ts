import type { InvalidRequest } from "@pensieve/errors"
import { Result } from "effect"
import type { Notices } from "./notices.ts"
import type { Path } from "./path.ts"

type Decode<A> = (value: unknown, path: Path, notices: Notices) => Result.Result<A, InvalidRequest>

/** Adds what is not there yet. */
export const addNotices = (notices: Notices, more: Notices): void => {
  for (const [key, notice] of more) if (!notices.has(key)) notices.set(key, notice)
}

/**
 * Makes a decoder that can give again what it made of the very same object before, for callers whose objects never change. What
 * failed or had something to note is decoded anew, as the place of the object is told then.
 */
export const decodeOnce = <A>(decode: Decode<A>) => {
  const known = new WeakMap<object, Result.Result<A, InvalidRequest>>()
  return (value: unknown, path: Path, notices: Notices, shared: boolean): Result.Result<A, InvalidRequest> => {
    if (!shared || typeof value !== "object" || value === null) return decode(value, path, notices)
    const before = known.get(value)
    if (before !== undefined) return before
    const own: Notices = new Map()
    const decoded = decode(value, path, own)
    if (Result.isSuccess(decoded) && own.size === 0) known.set(value, decoded)
    addNotices(notices, own)
    return decoded
  }
}
