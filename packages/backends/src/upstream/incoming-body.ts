import { Cause, Effect, type Pull } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"

/** Bytes that wait for a reader before the connection is told to wait. */
const highWaterBytes = 64 * 1024

/** The two ends of a connection's flow. */
export interface FlowControl {
  readonly pause: () => void
  readonly resume: () => void
}

/**
 * A body between the connection that brings it and the reader who takes it. A reader who is slow stops the connection, so that
 * memory stays flat; what has come before a connection breaks is not lost with it.
 */
export class IncomingBody<E> {
  #waiting: Array<Uint8Array> = []
  #size = 0
  #paused: FlowControl | undefined
  #failure: { readonly error: E } | undefined
  #over = false
  #discarding = false
  #wake: (() => void) | undefined

  /** The next bytes. `flow` is told to pause when enough of them wait. */
  push(bytes: Uint8Array, flow: FlowControl): void {
    if (this.#discarding || bytes.length === 0) return
    this.#waiting.push(bytes)
    this.#size += bytes.length
    if (this.#size >= highWaterBytes) {
      this.#paused = flow
      flow.pause()
    }
    this.#wake?.()
  }

  /** The body has come to its end. */
  end(): void {
    this.#over = true
    this.#wake?.()
  }

  /** The connection broke. */
  fail(error: E): void {
    this.#failure = { error }
    this.#wake?.()
  }

  /** Whether the end has come, this or that way. */
  get settled(): boolean {
    return this.#over || this.#failure !== undefined
  }

  /** Nobody will read on: what comes is thrown away. */
  discard(): void {
    this.#discarding = true
    this.#take()
  }

  /** All that waits; else waits for the next bytes. */
  readonly pull: Pull.Pull<NonEmptyReadonlyArray<Uint8Array>, E> = Effect.suspend(() => {
    const [first, ...rest] = this.#take()
    if (first !== undefined) return Effect.succeed([first, ...rest] as const)
    if (this.#failure !== undefined) return Effect.fail(this.#failure.error)
    return this.#over ? Cause.done() : Effect.flatMap(this.#awake, () => this.pull)
  })

  #take(): ReadonlyArray<Uint8Array> {
    const taken = this.#waiting
    this.#waiting = []
    this.#size = 0
    // Resuming may bring the next bytes at once.
    const flow = this.#paused
    this.#paused = undefined
    flow?.resume()
    return taken
  }

  readonly #awake = Effect.callback<void>((resume) => {
    this.#wake = () => {
      this.#wake = undefined
      resume(Effect.void)
    }
    return Effect.sync(() => {
      this.#wake = undefined
    })
  })
}
