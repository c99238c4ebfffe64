import { Overloaded } from "@pensieve/errors"
import type { RequestClass } from "@pensieve/models"
import { Effect, type Scope } from "effect"
import { chooseReplica, type ReplicaWish } from "./choose-replica.ts"
import type { Member } from "./member.ts"
import { type Waiter, WaitLine } from "./wait-line.ts"

/** Weight of the newest request in the mean time that one takes. */
const newest = 0.2
/** Time a request is thought to take before any has ended, milliseconds. */
const usualMs = 10_000

/** What a slot is wanted for. */
interface SlotRequest {
  /** Members of which one will do. */
  readonly members: ReadonlyArray<Member>
  readonly requestClass: RequestClass
  readonly wish: ReplicaWish
}

/** How the desk works. */
export interface DeskOptions {
  /** Requests that may wait. */
  readonly queue: number
  /** Milliseconds. */
  readonly now: () => number
}

/** A place at a backend, for as long as its scope lives or until it is given back. */
export interface Slot {
  /** Waits while all are full; whoever finds the line full is told when to come again. */
  readonly take: (request: SlotRequest) => Effect.Effect<Member, Overloaded>
  readonly giveBack: () => void
}

/** Hands out the slots of all backends. */
export class SlotDesk {
  #options: DeskOptions
  readonly #line = new WaitLine()
  #meanMs = usualMs

  constructor(options: DeskOptions) {
    this.#options = options
  }

  /** Works by other rules from now on. */
  change(options: DeskOptions): void {
    this.#options = options
  }

  /** Those who wait now. */
  get waiting(): number {
    return this.#line.length
  }

  /** The slot is known to its scope before anything waits: an interrupted request gives back what it was granted in the same moment. */
  readonly slot: Effect.Effect<Slot, never, Scope.Scope> = Effect.acquireRelease(
    Effect.sync(() => this.#makeSlot()),
    (slot) => Effect.sync(() => slot.giveBack())
  )

  #makeSlot(): Slot {
    const now = (): number => this.#options.now()
    let held: { readonly member: Member; readonly since: number } | undefined
    let waiter: Waiter | undefined
    const hold = (member: Member): Member => {
      held = { member, since: now() }
      member.begin(held.since)
      return member
    }
    return {
      take: ({ members, requestClass, wish }) =>
        Effect.suspend(() => {
          const free = chooseReplica(
            members.map((member) => member.state(now())),
            wish
          )
          if (free !== undefined) return Effect.succeed(hold(free.member))
          if (this.#line.length >= this.#options.queue) return Effect.fail(this.#full(members))
          return Effect.callback<Member>((resume) => {
            const granted = (place: string): void => {
              const member = members.find(({ name }) => name === place)
              if (member !== undefined) resume(Effect.succeed(hold(member)))
            }
            waiter = { requestClass, since: now(), places: members.map(({ name }) => name), grant: granted }
            this.#line.join(waiter)
          })
        }),
      giveBack: () => {
        if (waiter !== undefined) this.#line.leave(waiter)
        if (held === undefined) return
        const { member, since } = held
        held = undefined
        this.#meanMs += (now() - since - this.#meanMs) * newest
        member.end()
        member.abandon()
        if (member.state(now()).load < member.state(now()).slots)
          this.#line.next(member.name, now())?.grant(member.name)
      }
    }
  }

  #full(members: ReadonlyArray<Member>): Overloaded {
    const slots = members.reduce((sum, member) => sum + member.state(this.#options.now()).slots, 0)
    return new Overloaded({
      message: `All backends for this model are busy, and ${this.#line.length} requests wait already. Try again later.`,
      retryAfterSeconds: Math.ceil((this.#meanMs * (this.#line.length + 1)) / Math.max(1, slots) / 1000)
    })
  }
}
