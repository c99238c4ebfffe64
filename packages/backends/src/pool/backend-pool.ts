import { type BackendError, BackendUnavailable } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import type { Decision, Target } from "@pensieve/router"
import { Effect, type Scope } from "effect"
import type { Backend } from "../backend.ts"
import { AffinityMap } from "./affinity-map.ts"
import { Attempts, type PoolContext } from "./attempts.ts"
import { candidatesOf } from "./candidates.ts"
import { type HealthBoard, ownBoard } from "./health-board.ts"
import { Member, type PoolMember } from "./member.ts"
import { pooledBackend } from "./pooled-backend.ts"
import { serviceOf } from "./service-of.ts"
import { SlotDesk } from "./slot-desk.ts"
import { watchHealth } from "./watch-health.ts"

/** How a pool works. */
export interface PoolOptions {
  /** Requests that may wait for a slot; 64 unless told otherwise. */
  readonly queue?: number
  /** What a backend of this machine could answer may go elsewhere. */
  readonly allowRemoteFallback?: boolean
  /** What other programs know of the same backends. */
  readonly board?: HealthBoard
  /** Milliseconds. */
  readonly now?: () => number
}

/** A backend that was chosen for one request. */
export interface ChosenBackend {
  readonly backend: Backend["Service"]
  /** Where the request went. */
  readonly target: () => Target
  /** Whether somebody else may still answer it, behind a failure to pass it on. */
  readonly again: () => boolean
}

const defaultQueue = 64

/** The backends there are. */
export class BackendPool {
  readonly #members: ReadonlyMap<string, Member>
  readonly #context: PoolContext
  readonly #allowRemoteFallback: boolean

  /** @param before the pool that this one takes the place of: what is known of backends that stay is kept */
  constructor(members: ReadonlyArray<PoolMember>, options: PoolOptions = {}, before?: BackendPool) {
    const {
      queue = defaultQueue,
      allowRemoteFallback = false,
      board = ownBoard,
      now = () => performance.now()
    } = options
    this.#members = new Map(
      members.map((member) => [
        member.name,
        before === undefined ? new Member(member, board) : before.#kept(member, board)
      ])
    )
    this.#context =
      before === undefined
        ? { now, desk: new SlotDesk({ queue, now }), affinity: new AffinityMap() }
        : { ...before.#context, now }
    this.#context.desk.change({ queue, now })
    this.#allowRemoteFallback = allowRemoteFallback
  }

  #kept(member: PoolMember, board: HealthBoard): Member {
    const own = this.#members.get(member.name)
    if (own === undefined || own.backend !== member.backend) return new Member(member, board)
    own.change(member, board)
    return own
  }

  get members(): ReadonlyArray<PoolMember> {
    return [...this.#members.values()]
  }

  member(name: string): PoolMember | undefined {
    return this.#members.get(name)
  }

  /** Asks the backends how they are, until the scope ends; one that is alone is asked by its own requests. */
  get watched(): Effect.Effect<void, never, Scope.Scope> {
    return this.#members.size < 2 ? Effect.void : watchHealth([...this.#members.values()])
  }

  /** The backend that answers a request for which this was decided. */
  choose(
    decision: Pick<Decision, "model" | "stages">,
    { requestClass, cacheAffinity }: Pick<Conversation["hints"], "requestClass" | "cacheAffinity">
  ): Effect.Effect<ChosenBackend, BackendError> {
    const stages = candidatesOf(decision, (name) => this.#members.get(name), this.#allowRemoteFallback)
    const [first, ...others] = stages
    if (first === undefined) return Effect.fail(unknown(decision))
    const [candidate] = first
    // The only one there is is not watched over: nothing could be done about it.
    if (this.#members.size === 1 && others.length === 0 && !candidate.member.bounded) {
      const backend = serviceOf(candidate)
      const target = () => ({ backend: candidate.target.backend, model: backend.model })
      return Effect.succeed({ backend, target, again: () => false })
    }
    const key = cacheAffinity === undefined ? undefined : `${decision.model} ${cacheAffinity}`
    const attempts = new Attempts(this.#context, { stages: [first, ...others], key, requestClass })
    return Effect.succeed({
      backend: pooledBackend(this.#context, attempts),
      target: () => attempts.target,
      again: () => attempts.again
    })
  }
}

const unknown = ({ model }: Pick<Decision, "model">): BackendUnavailable =>
  new BackendUnavailable({ message: `There is no backend for the model "${model}".` })
