import { InvalidRequest } from "@pensieve/errors"
import { Result } from "effect"

/** Which part of a list is asked for. */
export interface PageQuery {
  readonly limit: number
  readonly afterId?: string
  readonly beforeId?: string
}

/** A part of a list, and whether the list goes on in the direction asked for. */
export interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  readonly hasMore: boolean
}

const wrong = (field: string, problem: string) =>
  Result.fail(new InvalidRequest({ message: `${field}: ${problem}`, field }))

/** The parameters of a request, from its URL. */
export const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split("?").slice(1).join("?"))

/**
 * `limit` (1 to 1000, 20 by default), `after_id` and `before_id`.
 *
 * @see https://platform.claude.com/docs/en/api/messages/batches/list
 */
export const readPageQuery = (query: URLSearchParams): Result.Result<PageQuery, InvalidRequest> => {
  const limit = Number(query.get("limit") ?? 20)
  if (!Number.isInteger(limit)) return wrong("limit", "Input should be a valid integer")
  if (limit < 1) return wrong("limit", "Input should be greater than or equal to 1")
  if (limit > 1000) return wrong("limit", "Input should be less than or equal to 1000")
  const [afterId, beforeId] = [query.get("after_id"), query.get("before_id")]
  if (afterId !== null && beforeId !== null)
    return wrong("before_id", "Only one of after_id and before_id can be given")
  return Result.succeed({
    limit,
    ...(afterId === null ? {} : { afterId }),
    ...(beforeId === null ? {} : { beforeId })
  })
}

/** The part of a list that is asked for. An id that is not in the list names no place in it. */
export const pageOf = <Item extends { readonly id: string }>(
  items: ReadonlyArray<Item>,
  { limit, afterId, beforeId }: PageQuery
): Result.Result<Page<Item>, InvalidRequest> => {
  const cursor = afterId ?? beforeId
  const at = cursor === undefined ? -1 : items.findIndex(({ id }) => id === cursor)
  if (cursor !== undefined && at === -1)
    return wrong(afterId === undefined ? "before_id" : "after_id", `There is nothing with the id ${cursor}`)
  if (beforeId !== undefined) {
    const from = Math.max(0, at - limit)
    return Result.succeed({ items: items.slice(from, at), hasMore: from > 0 })
  }
  return Result.succeed({ items: items.slice(at + 1, at + 1 + limit), hasMore: items.length > at + 1 + limit })
}

/** A page on the wire. */
export const pageBody = <Item extends { readonly id: string }>(
  data: ReadonlyArray<Item>,
  hasMore: boolean
): {
  readonly data: ReadonlyArray<Item>
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
} => ({ data, has_more: hasMore, first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null })
