import type { InvalidRequest } from "@pensieve/errors"
import { Result } from "effect"
import type { Path } from "./path.ts"

/** What a list's items are decoded to, each with its place; the first one that is wrong fails the list. */
export const decodeEach = <A>(
  items: ReadonlyArray<unknown>,
  path: Path,
  decode: (item: unknown, path: Path) => Result.Result<A, InvalidRequest>
): Result.Result<ReadonlyArray<A>, InvalidRequest> => {
  const all: Array<A> = []
  for (const [index, item] of items.entries()) {
    const decoded = decode(item, [...path, index])
    if (Result.isFailure(decoded)) return Result.fail(decoded.failure)
    all.push(decoded.success)
  }
  return Result.succeed(all)
}
