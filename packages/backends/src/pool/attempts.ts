import { type BackendError, BackendUnavailable } from "@pensieve/errors"
import type { RequestClass } from "@pensieve/models"
import type { Target } from "@pensieve/router"
import { Cause, Effect, Exit, Option } from "effect"
import type { AffinityMap } from "./affinity-map.ts"
import { type Candidate, nextStage, type Stage, those } from "./candidates.ts"
import { chooseReplica } from "./choose-replica.ts"
import { mayBeElsewhere } from "./judge-failure.ts"
import type { Slot, SlotDesk } from "./slot-desk.ts"

/** What all requests share. */
export interface PoolContext {
  readonly desk: SlotDesk
  readonly affinity: AffinityMap
  /** Milliseconds. */
  readonly now: () => number
}

/** Who may answer one request, and what the choice is made by. */
export interface AttemptOptions {
  readonly stages: readonly [Stage, ...ReadonlyArray<Stage>]
  /** What the requests of a conversation share, for this model. */
  readonly key: string | undefined
  readonly requestClass: RequestClass
}

/** The attempts of one request: each candidate is asked once, in their order. */
export class Attempts {
  readonly #context: PoolContext
  readonly #options: AttemptOptions
  #left: ReadonlyArray<Stage>
  #last: Candidate
  #firstError: BackendError | undefined
  #again = false

  constructor(context: PoolContext, options: AttemptOptions) {
    this.#context = context
    this.#options = options
    this.#left = options.stages
    this.#last = this.#likeliest(options.stages)
  }

  /** The candidate that was asked last, or will be asked first. */
  get candidate(): Candidate {
    return this.#last
  }

  /** Where the request went. */
  get target(): Target {
    const { member, target } = this.#last
    return { backend: target.backend, model: target.model ?? member.backend.model }
  }

  /** Whether there is anybody to ask besides. */
  get alone(): boolean {
    return this.#options.stages.length === 1 && this.#options.stages[0].length === 1
  }

  /** Those who can still be asked. */
  get left(): ReadonlyArray<Stage> {
    return this.#left
  }

  /** Takes a slot of the next candidate; where all of a stage are busy and nobody may wait, those of the next stage. */
  take(slot: Slot, accepts: (candidate: Candidate) => boolean = () => true): Effect.Effect<Candidate, BackendError> {
    return Effect.suspend(() => {
      const { now, affinity } = this.#context
      const { key, requestClass } = this.#options
      const left = those(this.#left, accepts)
      const stage = nextStage(left, now())
      if (stage === undefined) return Effect.fail(this.#firstError ?? nobody)
      const preferred = key === undefined ? undefined : affinity.get(key)
      const members = stage.map(({ member }) => member)
      return slot.take({ members, requestClass, wish: { preferred, tieBreaker: key ?? affinity.next() } }).pipe(
        Effect.map((member) => {
          const candidate = stage.find((one) => one.member === member) ?? this.#last
          this.#last = candidate
          const keeper = members.find(({ name }) => name === preferred)
          if (key !== undefined && keeper?.usable(now()) !== true) affinity.set(key, member.name)
          return candidate
        }),
        Effect.catch((error) => {
          this.#firstError ??= error
          this.#left = those(this.#left, (candidate) => !stage.includes(candidate))
          return this.take(slot, accepts)
        })
      )
    })
  }

  /** What became of an attempt, for those who come after. */
  settle({ member }: Candidate, request: () => string, exit: Exit.Exit<unknown, BackendError>): void {
    if (Exit.isSuccess(exit)) return member.succeed()
    const error = Cause.findErrorOption(exit.cause)
    if (Option.isSome(error)) member.fail(error.value, request(), this.#context.now())
  }

  /** Whether another candidate may be asked behind the last failure. */
  get again(): boolean {
    return this.#again
  }

  /** Takes in a failure before the first word: whether another candidate may be asked, and else what to tell. */
  after(failed: Candidate, error: BackendError): { readonly again: boolean; readonly error: BackendError } {
    this.#firstError ??= error
    this.#left = those(this.#left, (candidate) => candidate !== failed)
    this.#again = this.#left.length > 0 && mayBeElsewhere(error)
    return {
      again: this.#again,
      // A client that learns what fits makes it fit; anything else is the first backend's to tell.
      error: error._tag === "PromptTooLong" ? error : this.#firstError
    }
  }

  #likeliest(stages: AttemptOptions["stages"]): Candidate {
    const { now, affinity } = this.#context
    const { key } = this.#options
    const stage = nextStage(stages, now()) ?? stages[0]
    const free = chooseReplica(
      stage.map((candidate) => ({ ...candidate.member.state(now()), candidate })),
      { preferred: key === undefined ? undefined : affinity.get(key), tieBreaker: key ?? "" }
    )
    return free?.candidate ?? stage[0]
  }
}

const nobody = new BackendUnavailable({ message: "There is no backend left that could answer this request." })
