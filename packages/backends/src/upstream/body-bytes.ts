import { Cause, Effect, type Pull, Stream } from "effect"
import type { Readable } from "node:stream"

type Bytes = readonly [Uint8Array]

/**
 * The bytes of a body as they come, all that has come at each pull. What nobody pulls stays in the socket: a slow reader
 * slows the server down, and memory stays flat.
 *
 * @param onError what an error of the body means
 */
export const bodyBytes = <E>(body: Readable, onError: (cause: unknown) => E): Stream.Stream<Uint8Array, E> =>
  Stream.fromPull(Effect.sync(() => pullOf(body, onError)))

const pullOf = <E>(body: Readable, onError: (cause: unknown) => E): Pull.Pull<Bytes, E> => {
  let wake: (() => void) | undefined
  let failure: { readonly cause: unknown } | undefined
  let over = false
  const awaken = () => wake?.()
  body.on("readable", awaken)
  body.on("end", () => {
    over = true
    awaken()
  })
  body.on("error", (cause) => {
    failure = { cause }
    awaken()
  })
  body.on("close", () => {
    over = true
    awaken()
  })

  const untilAwake = Effect.callback<void>((resume) => {
    wake = () => {
      wake = undefined
      resume(Effect.void)
    }
    return Effect.sync(() => {
      wake = undefined
    })
  })

  const pull: Pull.Pull<Bytes, E> = Effect.suspend(() => {
    const chunk: unknown = body.read()
    if (chunk instanceof Uint8Array) return Effect.succeed([chunk] as const)
    if (failure !== undefined) return Effect.fail(onError(failure.cause))
    if (over || body.readableEnded) return Cause.done()
    return Effect.flatMap(untilAwake, () => pull)
  })
  return pull
}
