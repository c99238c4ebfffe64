import { Cause, Effect, type Pull } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"

/** Bytes that wait for a reader before the connection is told to wait. */
const highWaterBytes = 64 * 1024

/**
 * Milliseconds between two takes, at least: a frame of a screen. What comes faster than anybody sees goes on several pieces at a time, and
 * the connection rests meanwhile; what comes behind a longer silence goes on at once.
 */
const gatherMs = 16

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
  #held: FlowControl | undefined
  #failure: { readonly error: E } | undefined
  #over = false
  #discarding = false
  #wake: (() => void) | undefined
  #lastTake = Number.NEGATIVE_INFINITY
  #gathering: NodeJS.Timeout | undefined

  /** The next bytes. `flow` is told to pause when enough of them wait, or when they come too fast. */
  push(bytes: Uint8Array, flow: FlowControl): void {
    if (this.#discarding || bytes.length === 0) return
    this.#waiting.push(bytes)
    this.#size += bytes.length
    if (this.#size >= highWaterBytes) this.#hold(flow)
    else if (this.#early() > 0) {
      this.#hold(flow)
      return this.#gather()
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
    if (this.#mustWait()) return Effect.flatMap(this.#awake, () => this.pull)
    const [first, ...rest] = this.#take()
    if (first !== undefined) return Effect.succeed([first, ...rest] as const)
    return this.#failure === undefined ? Cause.done() : Effect.fail(this.#failure.error)
  })

  #mustWait(): boolean {
    if (this.settled || this.#size >= highWaterBytes) return false
    return this.#size === 0 || this.#early() > 0
  }

  /** Milliseconds until the next take may be. */
  #early(): number {
    return this.#lastTake + gatherMs - performance.now()
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      // What the connection brings at once goes along.
      const wake = this.#wake
      this.#wake = undefined
      this.#release()
      wake?.()
    }, Math.ceil(this.#early()))
  }

  #take(): ReadonlyArray<Uint8Array> {
    const taken = this.#waiting
    this.#waiting = []
    this.#size = 0
    this.#lastTake = performance.now()
    this.#rest()
    // Resuming may bring the next bytes at once.
    this.#release()
    return taken
  }

  #hold(flow: FlowControl): void {
    if (this.#held !== undefined) return
    this.#held = flow
    flow.pause()
  }

  #release(): void {
    const flow = this.#held
    this.#held = undefined
    flow?.resume()
  }

  #rest(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
  }

  readonly #awake = Effect.callback<void>((resume) => {
    this.#wake = () => {
      this.#wake = undefined
      resume(Effect.void)
    }
    if (this.#size > 0) this.#gather()
    return Effect.sync(() => {
      this.#wake = undefined
      this.#rest()
    })
  })
}
