import { isDeepStrictEqual } from "node:util"
import type { Json } from "./change.ts"

/** The name of an item of a list of `{name, value}`. */
const nameOf = (item: Json): Json | undefined =>
  typeof item === "object" && item !== null && "name" in item ? item["name"] : undefined

const itemsOf = (list: Json | undefined): ReadonlyArray<Json> => (Array.isArray(list) ? list : [])

const holds = (list: ReadonlyArray<Json>, name: Json | undefined): boolean =>
  name !== undefined && list.some((item) => nameOf(item) === name)

/** A list with ours among its items, each in place of its namesake. */
export const mergeNamed = (list: Json | undefined, ours: Json): Json => {
  const [items, added] = [itemsOf(list), itemsOf(ours)]
  const replaced = items.map((item) => added.find((own) => holds([item], nameOf(own))) ?? item)
  return [...replaced, ...added.filter((own) => !holds(items, nameOf(own)))]
}

/**
 * The list without ours, those that they replaced in their places again; what somebody has changed of them since stays. Undefined where nothing
 * is left of a list that was not there.
 */
export const takeBackNamed = (now: Json, ours: Json, before: Json | undefined): Json | undefined => {
  const [added, old] = [itemsOf(ours), itemsOf(before)]
  const left = itemsOf(now).flatMap((item) => {
    if (!added.some((own) => isDeepStrictEqual(own, item))) return [item]
    return old.filter((earlier) => holds([earlier], nameOf(item)))
  })
  return left.length === 0 && before === undefined ? undefined : left
}
