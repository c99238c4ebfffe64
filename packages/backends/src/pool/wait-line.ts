import type { RequestClass } from "@pensieve/models"

/** Waiting for this long counts as much as one step of rank, milliseconds: nobody waits for ever. */
const ageingMs = 15_000

/** Who goes first: what a person waits for, then what works for him, then what may come later. */
const ranks: Readonly<Record<RequestClass, number>> = {
  main: 0,
  compaction: 0,
  classifier: 0,
  probe: 0,
  count: 0,
  subagent: 1,
  websearch: 1,
  title: 2,
  background: 4
}

/** Somebody who waits for a slot. */
export interface Waiter {
  readonly requestClass: RequestClass
  /** Milliseconds. */
  readonly since: number
  /** Places of which one will do. */
  readonly places: ReadonlyArray<string>
  /** Gives it a slot of a place. */
  readonly grant: (place: string) => void
}

/** Those who wait, in no order: whose turn it is depends on how long they have. */
export class WaitLine {
  readonly #waiters = new Set<Waiter>()

  get length(): number {
    return this.#waiters.size
  }

  join(waiter: Waiter): void {
    this.#waiters.add(waiter)
  }

  leave(waiter: Waiter): void {
    this.#waiters.delete(waiter)
  }

  /** Takes out the one whose turn it is at a place. */
  next(place: string, now: number): Waiter | undefined {
    let first: Waiter | undefined
    for (const waiter of this.#waiters)
      if (waiter.places.includes(place) && (first === undefined || turnOf(waiter, now) < turnOf(first, now)))
        first = waiter
    if (first !== undefined) this.#waiters.delete(first)
    return first
  }
}

const turnOf = ({ requestClass, since }: Waiter, now: number): number => ranks[requestClass] - (now - since) / ageingMs
