import { Cause, Effect, type Pull, Result, Stream } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"

/**
 * What a plain function reads out of each item of a stream, batch by batch: nothing of Effect is made for an item. A failure ends the
 * stream behind what was read before it.
 *
 * @param isOver asked behind each item: whether nothing more is wanted
 */
export const readBatches = <In, Out, E, E2>(
  items: Stream.Stream<In, E>,
  read: (item: In) => Result.Result<ReadonlyArray<Out>, E2>,
  isOver: () => boolean = () => false
): Stream.Stream<Out, E | E2> =>
  Stream.transformPull(items, (pull) =>
    Effect.sync(() => {
      let over = false
      let failure: { readonly error: E2 } | undefined

      const readAll = (batch: ReadonlyArray<In>): ReadonlyArray<Out> => {
        const all: Array<Out> = []
        for (const item of batch) {
          const found = read(item)
          if (Result.isFailure(found)) {
            failure = { error: found.failure }
            break
          }
          all.push(...found.success)
          if (isOver()) {
            over = true
            break
          }
        }
        return all
      }

      const next: Pull.Pull<NonEmptyReadonlyArray<Out>, E | E2> = Effect.suspend(() => {
        if (failure !== undefined) return Effect.fail(failure.error)
        if (over) return Cause.done()
        return Effect.flatMap(pull, (batch) => {
          const [head, ...tail] = readAll(batch)
          return head === undefined ? next : Effect.succeed([head, ...tail] as const)
        })
      })
      return next
    })
  )
